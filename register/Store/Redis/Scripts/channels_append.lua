-- ARGV after the front's, for each: 2 channel, 3 message id, 4 content, 5 key, 6 digest, 7 ms to live, 8 most messages, 9 most bytes, 10 ms until it is due,
-- 11 ms for which the key counts.
-- Returns how many were done; for each: state, position, when it expires, message id, 1 = it isn't waiting any more, number of its user; sessions of the users.
local APPENDED, REPEATED, KEY_REUSED, FULL_OF_MESSAGES, FULL_OF_BYTES = 0, 1, 2, 3, 4
local epoch, latest, server = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+) (%S*)')
epoch, latest = tonumber(epoch or '0'), tonumber(latest or '0')

-- Another server, or this one restarted, may have lost what it had: the replication id of a master changes with both. Who may not call INFO sees only that
-- the data is gone.
local info = redis.pcall('INFO', 'replication')
local me = type(info) == 'string' and string.match(info, 'master_replid:(%x+)') or server or ''
local part_changed = me ~= server
if part_changed then
  epoch = math.max(latest + 1, now)
  latest = epoch
end

local logs, users, number_of = {}, {}, {}

local function is_full(log, length, most_messages, most_bytes)
  return log.count >= most_messages and FULL_OF_MESSAGES or log.bytes + length > most_bytes and FULL_OF_BYTES
end

-- The oldest of a full "all" go. Returns whether there is room now.
local function drop(log, length, most_messages, most_bytes)
  local _, last = walk(log, '-', '+', 16, function(_, content)
    if not is_full(log, length, most_messages, most_bytes) then
      return false
    end

    leave(log, content, 'dropped')
    return true
  end)
  if last then
    local last_epoch, last_seq = string.match(last, '^(%d+)-(%d+)$')
    redis.call('XTRIM', log.key, 'MINID', last_epoch .. '-' .. text(tonumber(last_seq) + 1))
    write_log(log)
  end

  return log.count == 0 or not is_full(log, length, most_messages, most_bytes)
end

-- nil: this call has done enough; the next one goes on.
local function append(i)
  local member, id, content, key, digest, live = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], tonumber(ARGV[i + 5])
  local most_messages, most_bytes = tonumber(ARGV[i + 6]), tonumber(ARGV[i + 7])
  local log = logs[member]
  if not log then
    log = read_log(member)
    logs[member] = log
  end

  if key ~= '' then
    key = tag .. 'key:' .. member .. ':' .. key
    local position, expires, first_digest, first = string.match(redis.call('GET', key) or '', '^(%S+) (%d+) (%x+) (.*)$')
    if position then
      if first_digest ~= digest then
        return { KEY_REUSED, '0-0', 0, id, 0 }
      end

      local is_done = tonumber(expires) <= now_ms or log.count == 0 or #redis.call('XRANGE', log.key, position, position) == 0
      return { REPEATED, position, tonumber(expires), first, is_done and 1 or 0 }
    end
  end

  local full = is_full(log, #content, most_messages, most_bytes)
  if full then
    if not expire(log) or not has_inboxes and not drop(log, #content, most_messages, most_bytes) then
      return nil
    end

    full = has_inboxes and is_full(log, #content, most_messages, most_bytes)
    if full then
      return { full, '0-0', 0, id, 0 }
    end
  end

  -- What is known of a log ends with its idleness: a new one must not begin where a former one may have been.
  if log.epoch == 0 then
    log.epoch = math.max(latest + 1, now)
    latest = log.epoch
    part_changed = true
  end

  local expires = now_ms + live
  log.epoch, log.seq = math.max(log.epoch, epoch), log.seq + 1
  log.low = log.count == 0 and expires or math.min(log.low, expires)
  log.count, log.bytes = log.count + 1, log.bytes + #content
  write_log(log)
  local position = head_of(log)
  redis.call('XADD', log.key, position, 'c', content, 'x', text(expires), 'k', '0')
  if key ~= '' then
    redis.call('SET', key, position .. ' ' .. text(expires) .. ' ' .. digest .. ' ' .. id, 'PX', ARGV[i + 9])
  end

  if has_inboxes then
    redis.call('ZADD', tag .. 'due', 'LT', text(now_ms + ARGV[i + 8]), member)
    count(log, 'accepted', 1)
    count(log, 'pending', 1)
  else
    redis.call('HSET', tag .. 'heads', member, text(log.epoch) .. ' ' .. text(log.seq))
  end

  return { APPENDED, position, expires, id, 0 }
end

local results = {}
for i = 2, #ARGV, 10 do
  local result = not (is_spent() and #results > 0) and append(i)
  if not result then
    break
  end

  if has_inboxes and result[1] <= REPEATED then
    local member = ARGV[i]
    if not number_of[member] then
      users[#users + 1] = redis.call('HGETALL', tag .. 'user:' .. member)
      number_of[member] = #users
    end

    result[6] = number_of[member]
  end

  results[#results + 1] = result
end

if part_changed then
  redis.call('SET', KEYS[1], text(epoch) .. ' ' .. text(latest) .. ' ' .. me)
end

finish()
return { #results, results, users }
