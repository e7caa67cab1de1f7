-- Ends a lease.
-- KEYS: 1 leases, 2 expiry, 3 load, 4 dead, 5 sessions that the room must close. ARGV: 1 incarnation.
local time = redis.call('TIME')
if redis.call('ZREM', KEYS[2], ARGV[1]) == 1 then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[3], ARGV[1])
  redis.call('DEL', KEYS[5])
  redis.call('ZADD', KEYS[4], time[1] * 1000000 + time[2], ARGV[1])
end
