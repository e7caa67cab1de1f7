-- Marks an unfinished job to be cancelled. Further ARGV: 3 id. Returns {0} there is none; {1, {field, value, …}}.
local state = redis.call('HGET', record(ARGV[3]), 'state')
if not state then
  return {0}
end

if state == '0' then
  redis.call('HSET', record(ARGV[3]), 'cancel', '1')
end

return {1, redis.call('HGETALL', record(ARGV[3]))}
