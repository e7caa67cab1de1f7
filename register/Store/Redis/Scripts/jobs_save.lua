-- Takes its holder's word on a job, and renews the hold. Further ARGV: 3 id, 4 fence, 5 progress, 6 state, 7 failure, 8 hold in µs.
-- Returns {0} there is none, {2} another has taken it since, {3} it has ended; {1, {field, value, …}} saved.
local key = record(ARGV[3])
local job = redis.call('HMGET', key, 'fence', 'state', 'kind')
if not job[1] then
  return {0}
end

if job[1] ~= ARGV[4] or ARGV[4] == '0' then
  return {2}
end

if job[2] ~= '0' then
  -- The same word again is a caller who didn't hear the answer.
  return job[2] == ARGV[6] and {1, redis.call('HGETALL', key)} or {3}
end

redis.call('HSET', key, 'progress', ARGV[5], 'state', ARGV[6], 'failure', ARGV[7], 'saved', text(now))
redis.call('ZREM', front .. 'free:' .. job[3], ARGV[3])
if ARGV[6] == '0' then
  redis.call('ZADD', front .. 'held:' .. job[3], text(now + ARGV[8]), ARGV[3])
else
  redis.call('ZREM', front .. 'held:' .. job[3], ARGV[3])
  redis.call('ZREM', front .. 'unfinished', ARGV[3])
  redis.call('ZADD', front .. 'ended', text(now), ARGV[3])
end

local saved = redis.call('HGETALL', key)
purge()
return {1, saved}
