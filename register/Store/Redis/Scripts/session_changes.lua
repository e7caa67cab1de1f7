-- In front of every script that changes sessions of one partition.
-- KEYS: 1 index of the partition, 2 its displaced sessions that their rooms may not know of, 3 its events, 4 its latest change.
-- ARGV: 1 front of the keys of room indexes, 2 front of the keys of ended sessions, 3 ms for which these are kept, 4 ms for which a revocation is kept.
local ONLINE, AWAY, BACK, OFFLINE = '1', '2', '3', '4'
local STATE, SINCE, SEEN, CHANGE = 10, 11, 12, 13
local MOST_EVENTS, MOST_DISPLACED, MOST_ENDED = 10000, 10000, 32
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local now_ms = math.floor(now / 1000)
local change

local function text(number)
  return string.format('%.0f', number)
end

local function lines_of(record)
  local lines = {}
  for line in string.gmatch(record .. '\n', '([^\n]*)\n') do
    lines[#lines + 1] = line
  end

  return lines
end

-- A session of a user's record; nil: it isn't one. What is missing at its end was written by an older register.
local function parse(field, record)
  local lines = lines_of(record)
  local epoch = tonumber(lines[2])
  if not epoch or #lines < 9 then
    return nil
  end

  lines[STATE] = lines[STATE] or '0'
  lines[SINCE] = lines[SINCE] or text(math.floor(epoch / 1000))
  lines[SEEN] = lines[SEEN] or lines[SINCE]
  lines[CHANGE] = lines[CHANGE] or '0'
  return { field = field, record = record, lines = lines, epoch = epoch, incarnation = lines[3], session = lines[4], device = lines[5] }
end

-- The sessions of a user, and the latest revocation.
local function read(key)
  local sessions, revoked = {}, 0
  local flat = redis.call('HGETALL', key)
  for i = 1, #flat, 2 do
    if flat[i] == 'r' then
      revoked = tonumber(flat[i + 1])
    else
      sessions[#sessions + 1] = parse(flat[i], flat[i + 1])
    end
  end

  return sessions, revoked
end

local function write(key, user, s)
  redis.call('HSET', key, s.field, table.concat(s.lines, '\n'))
  redis.call('ZADD', KEYS[1], 0, user .. ':' .. s.field)
  redis.call('ZADD', ARGV[1] .. s.incarnation, 0, user .. ':' .. s.field)
end

local function remove(key, user, s)
  redis.call('HDEL', key, s.field)
  redis.call('ZREM', KEYS[1], user .. ':' .. s.field)
  redis.call('ZREM', ARGV[1] .. s.incarnation, user .. ':' .. s.field)
end

-- What is left of a user without sessions, a revocation, ends by itself.
local function leave(key)
  if redis.call('HLEN', key) == 1 and redis.call('HEXISTS', key, 'r') == 1 then
    redis.call('PEXPIRE', key, ARGV[4])
  end
end

-- The room of the session must hear that it is to be closed, and why ('' = displaced).
local function tell(s, code)
  redis.call('ZADD', KEYS[2], text(now), s.incarnation .. ':' .. s.session .. ':' .. string.format('%016x', s.epoch) .. code)
end

-- When the client of a session whose room doesn't say it was last there.
local function seen(s)
  return s.lines[STATE] == '0' and now_ms or tonumber(s.lines[SEEN])
end

local function append(kind, user, s, code, seen_ms)
  change = change or tonumber(redis.call('GET', KEYS[4]) or '0')
  local previous = change
  change = math.max(change + 1, now)
  local l = s.lines
  redis.call('ZADD', KEYS[3], text(change), table.concat(
    { '1', kind, text(previous), text(s.epoch), s.incarnation, text(now_ms), code, text(seen_ms), user .. ':' .. s.field, s.device, l[6], l[8], l[9] }, '\n'))
  l[CHANGE] = text(change)
end

-- Keeps what is needed of an ended session: a record is version, lowest epoch that may come back, its epoch (0 = only a floor), when it ended,
-- last seen (ms), code, device as named, remote address.
local function keep(user, field, record)
  local key = ARGV[2] .. user
  redis.call('HSET', key, field, table.concat(record, '\n'))
  redis.call('PEXPIRE', key, ARGV[3])
  if redis.call('HLEN', key) <= MOST_ENDED then
    return
  end

  local oldest, oldest_at
  local flat = redis.call('HGETALL', key)
  for i = 1, #flat, 2 do
    local at = tonumber(lines_of(flat[i + 1])[4]) or 0
    if flat[i] ~= '*' and flat[i] ~= field and (not oldest or at < oldest_at) then
      oldest, oldest_at = flat[i], at
    end
  end

  redis.call('HDEL', key, oldest)
end

local function keep_ended(user, s, floor, code, seen_ms)
  keep(user, s.field, { '1', text(floor), text(s.epoch), text(now_ms), text(seen_ms), code, s.device, s.lines[8] })
end

-- No epoch under the floor comes back in this field ('*' = in none).
local function raise(user, field, floor)
  local stored = redis.call('HGET', ARGV[2] .. user, field)
  local record = stored and lines_of(stored) or { '1', '0', '0', text(now_ms), '0', '0', '', '' }
  record[2] = text(math.max(tonumber(record[2]), floor))
  keep(user, field, record)
end

-- The highest epoch that ended sessions of the user tell of.
local function highest_ended(user)
  local highest = 0
  for _, record in ipairs(redis.call('HVALS', ARGV[2] .. user)) do
    local lines = lines_of(record)
    highest = math.max(highest, tonumber(lines[2]) - 1, tonumber(lines[3]))
  end

  return highest
end

-- The last step of a script.
local function finish()
  if change then
    redis.call('SET', KEYS[4], text(change))
    redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1 - MOST_EVENTS)
  end
end

-- Those whose rooms haven't been told for sure, oldest first.
local function to_tell()
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - MOST_DISPLACED)
  return redis.call('ZRANGE', KEYS[2], 0, 1999)
end
