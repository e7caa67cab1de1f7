-- Remembers sessions that rooms must close, the newest 10,000 for each; for a dead room nothing.
-- KEYS: 1 leases. ARGV: 1 front of the keys of sessions to close, then two per session: incarnation, session:epoch.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for i = 2, #ARGV, 2 do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then
    local key = ARGV[1] .. ARGV[i]
    redis.call('ZADD', key, 'NX', now, ARGV[i + 1])
    redis.call('ZREMRANGEBYRANK', key, 0, -10001)
  end
end
