-- Takes the oldest unfinished job that nobody holds. Further ARGV: 3 hold in µs, 4… kinds.
-- Returns {id, {field, value, …}}; {''}: there is none.
local oldest, of_kind, created
for i = 4, #ARGV do
  local held, free = front .. 'held:' .. ARGV[i], front .. 'free:' .. ARGV[i]

  -- A hold of more than an hour is one from before the clock went back.
  local over = redis.call('ZRANGEBYSCORE', held, '-inf', text(now), 'LIMIT', 0, 100)
  if #over == 0 then
    over = redis.call('ZRANGEBYSCORE', held, text(now + 3600000000), '+inf', 'LIMIT', 0, 100)
  end

  for _, id in ipairs(over) do
    redis.call('ZREM', held, id)
    redis.call('ZADD', free, redis.call('ZSCORE', front .. 'unfinished', id), id)
  end

  local first = redis.call('ZRANGE', free, 0, 0, 'WITHSCORES')
  if #first > 0 and (not oldest or tonumber(first[2]) < created) then
    oldest, of_kind, created = first[1], ARGV[i], tonumber(first[2])
  end
end

if not oldest then
  return {''}
end

redis.call('ZREM', front .. 'free:' .. of_kind, oldest)
redis.call('ZADD', front .. 'held:' .. of_kind, text(now + ARGV[3]), oldest)
redis.call('HINCRBY', record(oldest), 'fence', 1)
return {oldest, redis.call('HGETALL', record(oldest))}
