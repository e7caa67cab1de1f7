-- Ends all sessions of a user, and bars their epochs from being claimed again.
-- KEYS: 1 index of the partition, 2 its displaced sessions that their rooms may not know of, 3 the user's record.
-- ARGV: 1 front of the keys of room indexes, 2 app:user, 3 ms for which the revocation is kept.
-- Returns {field, record, …}, {displaced sessions, oldest first}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local revoked, ended = now, {}
local flat = redis.call('HGETALL', KEYS[3])
for i = 1, #flat, 2 do
  if flat[i] == 'r' then
    revoked = math.max(revoked, tonumber(flat[i + 1]) + 1)
  else
    local epoch, incarnation, session = string.match(flat[i + 1], '^%d+\n(%d+)\n(%x+)\n(%x+)\n')
    local member = ARGV[2] .. ':' .. flat[i]
    revoked = math.max(revoked, tonumber(epoch))
    redis.call('ZREM', KEYS[1], member)
    redis.call('ZREM', ARGV[1] .. incarnation, member)
    redis.call('ZADD', KEYS[2], now, incarnation .. ':' .. session .. ':' .. string.format('%016x', tonumber(epoch)) .. ':4002')
    ended[#ended + 1] = flat[i]
    ended[#ended + 1] = flat[i + 1]
  end
end

redis.call('DEL', KEYS[3])
redis.call('HSET', KEYS[3], 'r', string.format('%.0f', revoked))
redis.call('PEXPIRE', KEYS[3], ARGV[3])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -10001)
return {ended, redis.call('ZRANGE', KEYS[2], 0, 1999)}
