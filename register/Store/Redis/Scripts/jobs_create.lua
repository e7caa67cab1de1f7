-- Stores a job, unless one has its key. Further ARGV: 3 kind, 4 app, 5 spec, 6 key, 7 most unfinished jobs.
-- Returns {id, {field, value, …}}; {''} if there are too many.
purge()
if ARGV[6] ~= '' then
  local id = redis.call('GET', unique(ARGV[4], ARGV[3], ARGV[6]))
  if id then
    return {id, redis.call('HGETALL', record(id))}
  end
end

if redis.call('ZCARD', front .. 'unfinished') >= tonumber(ARGV[7]) then
  return {''}
end

local number = math.max(tonumber(redis.call('GET', KEYS[1]) or '0') + 1, now)
local id = string.format('%016x', number)
redis.call('SET', KEYS[1], text(number))
redis.call('HSET', record(id), 'kind', ARGV[3], 'app', ARGV[4], 'spec', ARGV[5], 'key', ARGV[6], 'progress', '', 'state', '0', 'failure', '',
  'cancel', '0', 'fence', '0', 'created', text(now), 'saved', text(now))
redis.call('ZADD', front .. 'unfinished', number, id)
redis.call('ZADD', front .. 'free:' .. ARGV[3], number, id)
redis.call('ZADD', front .. 'app:' .. ARGV[4], 0, id)
if ARGV[6] ~= '' then
  redis.call('SET', unique(ARGV[4], ARGV[3], ARGV[6]), id)
end

return {id, redis.call('HGETALL', record(id))}
