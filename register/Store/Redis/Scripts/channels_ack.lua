-- ARGV after the front's, for each: 2 user, 3 reader, 4 i = in the inbox, a = in "all", t = nothing is acknowledged, the inbox is only trimmed, 5 position.
-- Returns how many were done; for each: outcome, 1 = more is to be trimmed.
local TAKEN, UNCHANGED, UNKNOWN = 1, 2, 3

local function trim_rest(log, readers)
  return trim(log, lowest_of(readers)) and 0 or 1
end

local function acknowledge(member, name, which, position)
  local log, readers = read_log(member), nil
  if which == 't' then
    return { UNCHANGED, trim_rest(log, read_known_readers(member)) }
  end

  if which == 'i' and is_less(head_of(log), position) then
    return { UNKNOWN, 0 }
  end

  readers = read_known_readers(member)
  local reader = find(readers, name)
  local cursor = which == 'i' and reader.inbox or reader.all
  local outcome = UNCHANGED
  if not cursor or is_less(cursor, position) then
    outcome = TAKEN
    if which == 'a' then
      reader.all = position
    else
      reader.inbox = position
      if reader.tried and not is_less(position, reader.tried) then
        forget_attempt(readers, reader)
      end
    end
  end

  see(readers, reader)
  return { outcome, (which == 'i' or readers.forgot) and trim_rest(log, readers) or 0 }
end

local results = {}
for i = 2, #ARGV, 4 do
  if is_spent() and #results > 0 then
    break
  end

  results[#results + 1] = acknowledge(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end

finish()
return { #results, results }
