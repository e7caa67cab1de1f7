-- In front of every script of channels. All keys are of one part of the store: a partition with its users' inboxes, or the channels "all".
-- KEYS: 1 what is known of the part. ARGV: 1 front of all its keys.
local KEEP_HEAD, KEEP_READER, KEEP_DEAD = 2764800000, 2592000000, 7776000000
local MOST_READERS, MOST_DEAD, NOT_ACKNOWLEDGED = 16, 1000, 4522

-- One call looks at about so many entries, and bytes of them; what is left is for the next one.
local entries_left, bytes_left = 1000, 1048576
local tag = ARGV[1]
local has_inboxes = tag ~= '{all}:'
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local now_ms = math.floor(now / 1000)
local counted = {}

local function text(number)
  return string.format('%.0f', number)
end

local function is_less(left, right)
  local left_epoch, left_seq = string.match(left, '^(%d+)-(%d+)$')
  local right_epoch, right_seq = string.match(right, '^(%d+)-(%d+)$')
  if left_epoch ~= right_epoch then
    return tonumber(left_epoch) < tonumber(right_epoch)
  end

  return tonumber(left_seq) < tonumber(right_seq)
end

local function is_spent()
  return entries_left <= 0 or bytes_left <= 0
end

-- A log: latest epoch and sequence, how many entries and bytes it has, when the first of them expires (or some time before), and how far a search
-- for expired ones has come: the last id, and when the first of the others expires (0: there is none).
local function read_log(member)
  local epoch, seq, count, bytes, low, searched, searched_low = string.match(
    redis.call('GET', tag .. 'head:' .. member) or '0 0 0 0 0', '^(%d+) (%d+) (%d+) (%d+) (%d+) ?(%S*) ?(%d*)')
  return {
    member = member, key = tag .. 'entries:' .. member, epoch = tonumber(epoch), seq = tonumber(seq), count = tonumber(count), bytes = tonumber(bytes),
    low = tonumber(low), searched = searched, searched_low = tonumber(searched_low) or 0
  }
end

local function head_of(log)
  return text(log.epoch) .. '-' .. text(log.seq)
end

-- An inbox without entries is due no more, and what is known of it ends by itself.
local function write_log(log)
  local key = tag .. 'head:' .. log.member
  local record = { text(log.epoch), text(log.seq), text(log.count), text(log.bytes), text(log.low) }
  if log.count > 0 then
    if log.searched ~= '' then
      record[6], record[7] = log.searched, text(log.searched_low)
    end

    redis.call('SET', key, table.concat(record, ' '))
    return
  end

  log.searched, log.searched_low = '', 0
  redis.call('DEL', log.key)
  if has_inboxes then
    redis.call('SET', key, table.concat(record, ' '), 'PX', KEEP_HEAD)
    redis.call('ZREM', tag .. 'due', log.member)
  else
    redis.call('SET', key, table.concat(record, ' '))
  end
end

-- Counts for the ledger of the inbox's app; written by the script's last step.
local function count(log, name, number)
  local app = string.match(log.member, '^[^:]*')
  counted[app] = counted[app] or {}
  counted[app][name] = (counted[app][name] or 0) + number
end

local function finish()
  if has_inboxes then
    for app, numbers in pairs(counted) do
      for name, number in pairs(numbers) do
        redis.call('HINCRBY', tag .. 'ledger:' .. app, name, number)
      end
    end
  end
end

-- An entry left the log.
local function leave(log, content, how)
  log.count = log.count - 1
  log.bytes = log.bytes - #content
  count(log, how, 1)
  count(log, 'pending', -1)
end

-- Hands entries over in their order (id, content, when it expires, kind), read at most so many at once, until one is not taken, or this call has done
-- enough. Returns whether nothing is left, and the last that was taken.
local function walk(log, from, to, most, take)
  local last, entries, number
  repeat
    if is_spent() then
      return false, last
    end

    number = math.max(1, math.min(most, entries_left, math.floor(65536 * log.count / math.max(1, log.bytes))))
    entries = redis.call('XRANGE', log.key, from, to, 'COUNT', number)
    entries_left = entries_left - #entries
    for _, entry in ipairs(entries) do
      local fields = entry[2]
      bytes_left = bytes_left - #fields[2]
      if not take(entry[1], fields[2], tonumber(fields[4]), fields[6]) then
        return false, last
      end

      last = entry[1]
    end

    from = last and '(' .. last or from
  until #entries < number
  return true, last
end

-- Expired entries leave the log. Returns whether all have.
local function expire(log)
  if log.count == 0 or log.low > now_ms then
    return true
  end

  local gone = {}
  local done, last = walk(log, log.searched == '' and '-' or '(' .. log.searched, '+', 128, function(id, content, expires)
    if expires <= now_ms then
      gone[#gone + 1] = id
      leave(log, content, 'expired')
    elseif log.searched_low == 0 or expires < log.searched_low then
      log.searched_low = expires
    end

    return true
  end)
  if #gone > 0 then
    redis.call('XDEL', log.key, unpack(gone))
  end

  if done then
    log.low, log.searched, log.searched_low = log.searched_low, '', 0
  else
    log.searched = last or log.searched
  end

  write_log(log)
  return done
end

-- What all readers have passed leaves the log; given_up is what the last of them gave up, if any. Returns whether all has.
local function trim(log, lowest, given_up)
  if log.count == 0 or not lowest then
    return true
  end

  local done, last = walk(log, '-', lowest, 128, function(id, content, expires)
    leave(log, content, expires <= now_ms and 'expired' or id == given_up and 'dead' or 'acknowledged')
    return true
  end)
  if last then
    if log.count > 0 then
      local epoch, seq = string.match(last, '^(%d+)-(%d+)$')
      redis.call('XTRIM', log.key, 'MINID', epoch .. '-' .. text(tonumber(seq) + 1))
    end

    write_log(log)
  end

  return done
end

-- What is behind a position: it, up to where the page tells of everything, the head; then id, content, when it expires and kind of each entry.
local function page(log, after, max_messages, max_bytes)
  local head = head_of(log)
  local result = { after, after, head }
  if not is_less(after, head) then
    return result
  end

  local messages, bytes = 0, 0
  local done, last = true, nil
  if log.count > 0 then
    done, last = walk(log, '(' .. after, '+', math.min(128, max_messages + 1), function(id, content, expires, kind)
      if expires > now_ms then
        if messages == max_messages or messages > 0 and bytes + #content > max_bytes then
          return false
        end

        messages, bytes = messages + 1, bytes + #content
        local at = #result
        result[at + 1], result[at + 2], result[at + 3], result[at + 4] = id, content, expires, kind
      end

      return true
    end)
  end

  result[2] = done and head or last or after
  return result
end

local function forget(readers, name)
  redis.call('HDEL', readers.key, 'i:' .. name, 'a:' .. name, 't:' .. name)
  readers.all[name] = nil
  readers.number = readers.number - 1
  readers.forgot = true
end

-- The readers of a user by name: where they are in the inbox and in "all", when they were last seen, which entry was sent how often and first when.
local function read_readers(member)
  local readers = { key = tag .. 'readers:' .. member, all = {}, number = 0, forgot = false }
  local flat = redis.call('HGETALL', readers.key)
  for i = 1, #flat, 2 do
    local kind, name = string.match(flat[i], '^(.):(.*)$')
    local reader = readers.all[name]
    if not reader then
      reader = { name = name, inbox = '0-0', seen = 0 }
      readers.all[name] = reader
      readers.number = readers.number + 1
    end

    if kind == 'i' then
      local inbox, seen = string.match(flat[i + 1], '^(%S+) (%d+)')
      reader.inbox, reader.seen = inbox, tonumber(seen)
    elseif kind == 'a' then
      reader.all = flat[i + 1]
    elseif kind == 't' then
      local id, tries, first = string.match(flat[i + 1], '^(%S+) (%d+) (%d+)')
      reader.tried, reader.tries, reader.first = id, tonumber(tries), tonumber(first)
    end
  end

  return readers
end

-- Those that were not seen for too long are forgotten.
local function read_known_readers(member)
  local readers = read_readers(member)
  for name, reader in pairs(readers.all) do
    if reader.seen <= now_ms - KEEP_READER then
      forget(readers, name)
    end
  end

  return readers
end

-- A reader, made if need be; then it takes the place of the one that was seen least recently.
local function find(readers, name)
  if not readers.all[name] then
    if readers.number >= MOST_READERS then
      local oldest
      for _, reader in pairs(readers.all) do
        if not oldest or reader.seen < oldest.seen or reader.seen == oldest.seen and reader.name < oldest.name then
          oldest = reader
        end
      end

      forget(readers, oldest.name)
    end

    readers.all[name] = { name = name, inbox = '0-0' }
    readers.number = readers.number + 1
  end

  return readers.all[name]
end

local function see(readers, reader)
  local fields = { 'i:' .. reader.name, reader.inbox .. ' ' .. text(now_ms) }
  if reader.all then
    fields[3], fields[4] = 'a:' .. reader.name, reader.all
  end

  if reader.tried then
    fields[#fields + 1] = 't:' .. reader.name
    fields[#fields + 1] = reader.tried .. ' ' .. text(reader.tries) .. ' ' .. text(reader.first)
  end

  redis.call('HSET', readers.key, unpack(fields))
  redis.call('PEXPIRE', readers.key, KEEP_READER)
end

local function forget_attempt(readers, reader)
  if reader.tried then
    reader.tried = nil
    redis.call('HDEL', readers.key, 't:' .. reader.name)
  end
end

-- nil: there is no reader.
local function lowest_of(readers)
  local lowest
  for _, reader in pairs(readers.all) do
    if not lowest or is_less(reader.inbox, lowest) then
      lowest = reader.inbox
    end
  end

  return lowest
end
