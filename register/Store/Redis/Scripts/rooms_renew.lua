-- Extends a lease, or finds it dead.
-- KEYS: 1 leases, 2 expiry, 3 load, 4 dead, 5 sessions that the room must close, 6 refill.
-- ARGV: 1 incarnation, 2 description ('' = as it is), 3 load ('' = as it is), 4 lease in µs, 5 store time up to which to judge, 6 at which refill,
--   7… closed sessions.
-- Returns {0}: dead; {1, sessions still to be closed, refill}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local number = refill(KEYS[6], now, '', '0')
local expiry = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not expiry then
  return {0}
end

if tonumber(expiry) < now and now <= tonumber(ARGV[5]) and number == ARGV[6] then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('HDEL', KEYS[3], ARGV[1])
  redis.call('DEL', KEYS[5])
  redis.call('ZADD', KEYS[4], now, ARGV[1])
  return {0}
end

redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[1])
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end

if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[3])
end

for i = 7, #ARGV do
  redis.call('ZREM', KEYS[5], ARGV[i])
end

return {1, redis.call('ZRANGE', KEYS[5], 0, 999), number}
