-- Claims sessions of one partition, in their order.
-- KEYS: 1 index of the partition, 2 its displaced sessions that their rooms may not know of, 3… the user's record of each claim.
-- ARGV: 1 front of the keys of room indexes, 2 µs for which a revocation asks for another look at the token, 3 ms for which it is kept,
--   4 most sessions of a user, then nine per claim: 1 per device (0 or 1), 2 field, 3 app:user, 4 held epoch ('' = a new one),
--   5 revocation that was known when the token was read, 6 incarnation, 7 session, 8 device as named, 9 the rest of the record.
-- Returns {{state, epoch, {field, record, …} displaced}, …}, {displaced sessions, oldest first}; state 1 claimed, 2 overtaken, 3 recheck.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function read(key)
  local sessions, revoked = {}, 0
  local flat = redis.call('HGETALL', key)
  for i = 1, #flat, 2 do
    if flat[i] == 'r' then
      revoked = tonumber(flat[i + 1])
    else
      -- The first lines of a record are the same in all its versions.
      local epoch, incarnation, session, device = string.match(flat[i + 1], '^%d+\n(%d+)\n(%x+)\n(%x+)\n([^\n]*)')
      sessions[#sessions + 1] = {
        field = flat[i], record = flat[i + 1], epoch = tonumber(epoch), incarnation = incarnation, session = session, device = device }
    end
  end

  return sessions, revoked
end

local function claim(key, a)
  local per_device, field, user, held, seen = ARGV[a] == '1', ARGV[a + 1], ARGV[a + 2], tonumber(ARGV[a + 3]), tonumber(ARGV[a + 4])
  local incarnation, session, device = ARGV[a + 5], ARGV[a + 6], ARGV[a + 7]
  local stored, revoked = read(key)
  if not held and revoked ~= seen and revoked > now - ARGV[2] then
    return {3, string.format('%.0f', revoked), {}}
  end

  -- Replaced: its own field, and what another policy of the app left behind.
  local highest, kept, replaced = revoked, {}, {}
  for _, other in ipairs(stored) do
    highest = math.max(highest, other.epoch)
    if not per_device or other.field == field or (other.field == 's' and other.device == device) then
      replaced[#replaced + 1] = other
    else
      kept[#kept + 1] = other
    end
  end

  if held then
    local overtaken = revoked >= held
    for _, other in ipairs(replaced) do
      overtaken = overtaken or other.epoch > held
    end

    if overtaken then
      return {2, '0', {}}
    end
  end

  local epoch = held or math.max(highest + 1, now)
  if #kept + 1 > tonumber(ARGV[4]) then
    table.sort(kept, function(one, other) return one.epoch < other.epoch end)
    for i = 1, #kept + 1 - ARGV[4] do
      replaced[#replaced + 1] = kept[i]
    end
  end

  local displaced = {}
  for _, other in ipairs(replaced) do
    local member = user .. ':' .. other.field
    redis.call('HDEL', key, other.field)
    redis.call('ZREM', KEYS[1], member)
    redis.call('ZREM', ARGV[1] .. other.incarnation, member)
    -- The same login claimed again displaces nobody.
    if other.epoch ~= epoch and not (other.incarnation == incarnation and other.session == session) then
      displaced[#displaced + 1] = other.field
      displaced[#displaced + 1] = other.record
      redis.call('ZADD', KEYS[2], now, other.incarnation .. ':' .. other.session .. ':' .. string.format('%016x', other.epoch))
    end
  end

  local epoch_text = string.format('%.0f', epoch)
  redis.call('HSET', key, field, table.concat({'1', epoch_text, incarnation, session, device, ARGV[a + 8]}, '\n'))
  redis.call('ZADD', KEYS[1], 0, user .. ':' .. field)
  redis.call('ZADD', ARGV[1] .. incarnation, 0, user .. ':' .. field)
  if revoked > 0 then
    redis.call('PERSIST', key)
    if revoked < now - ARGV[3] * 1000 then
      redis.call('HDEL', key, 'r')
    end
  end

  return {1, epoch_text, displaced}
end

local outcomes = {}
for i = 3, #KEYS do
  outcomes[i - 2] = claim(KEYS[i], 5 + (i - 3) * 9)
end

redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -10001)
return {outcomes, redis.call('ZRANGE', KEYS[2], 0, 1999)}
