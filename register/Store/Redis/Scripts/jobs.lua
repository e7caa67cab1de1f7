-- What all scripts of jobs share. KEYS: 1 the latest id. ARGV: 1 front of all keys of jobs, 2 µs for which ended jobs are kept.
local front = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function record(id)
  return front .. 'job:' .. id
end

local function text(number)
  return string.format('%.0f', number)
end

local function unique(app, kind, key)
  return front .. 'key:' .. app .. ':' .. kind .. ':' .. key
end

local function forget(id)
  local job = redis.call('HMGET', record(id), 'app', 'kind', 'key')
  redis.call('DEL', record(id))
  redis.call('ZREM', front .. 'ended', id)
  if job[1] then
    redis.call('ZREM', front .. 'app:' .. job[1], id)
    if job[3] ~= '' then
      redis.call('DEL', unique(job[1], job[2], job[3]))
    end
  end
end

-- A few at a time, and more than one call can add.
local function purge()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', front .. 'ended', '-inf', text(now - ARGV[2]), 'LIMIT', 0, 20)) do
    forget(id)
  end

  for _, id in ipairs(redis.call('ZRANGE', front .. 'ended', 0, math.min(20, redis.call('ZCARD', front .. 'ended') - 10000) - 1)) do
    forget(id)
  end
end

