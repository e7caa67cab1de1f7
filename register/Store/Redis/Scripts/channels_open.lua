-- ARGV after the front's: 2 most messages of a page, 3 most bytes; for each: 4 user, 5 reader, 6 where "all" begins, 7 whether it is an attempt, 8 most
-- attempts, 9 ms before which nothing is given up.
-- Returns how many were done; for each: the cursor in "all", the page, 1 = more is to be trimmed, 1 = an entry was given up.
local max_messages, max_bytes = tonumber(ARGV[2]), tonumber(ARGV[3])

-- Keeps the first entry of a page as a dead letter of the reader.
local function bury(log, reader, found)
  local key = tag .. 'dead:' .. log.member
  redis.call(
    'XADD', key, 'MAXLEN', MOST_DEAD, '*', 'c', found[5], 'x', text(found[6]), 'k', found[7], 'p', found[4], 'r', reader.name, 'w', NOT_ACKNOWLEDGED,
    'n', text(reader.tries))
  redis.call('PEXPIRE', key, KEEP_DEAD)
  redis.call('ZADD', tag .. 'dead', 0, log.member)
end

local function open(i)
  local log, readers = read_log(ARGV[i]), read_known_readers(ARGV[i])
  local reader = find(readers, ARGV[i + 1])
  reader.all = reader.all or ARGV[i + 2]
  local found = page(log, reader.inbox, max_messages, max_bytes)
  local given_up
  if ARGV[i + 3] == '1' then
    local id = found[4]
    if id and id == reader.tried and reader.tries >= tonumber(ARGV[i + 4]) and now_ms - reader.first >= tonumber(ARGV[i + 5]) then
      bury(log, reader, found)
      given_up, reader.inbox = id, id
      found = page(log, id, max_messages, max_bytes)
      id = found[4]
    end

    if not id then
      if given_up then
        forget_attempt(readers, reader)
      end
    elseif id == reader.tried then
      reader.tries = reader.tries + 1
    else
      reader.tried, reader.tries, reader.first = id, 1, now_ms
    end
  end

  see(readers, reader)
  local done = not (given_up or readers.forgot) or trim(log, lowest_of(readers), given_up)
  return { reader.all, found, done and 0 or 1, given_up and 1 or 0 }
end

local results = {}
for i = 4, #ARGV, 6 do
  if is_spent() and #results > 0 then
    break
  end

  results[#results + 1] = open(i)
end

finish()
return { #results, results }
