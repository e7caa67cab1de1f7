-- ARGV after the front's: 2 at most so many, 3 ms after which those are due again.
-- Returns how many were looked at, 1 = this call has done enough and there may be more, and for each that holds something: user, head, sessions.
local limit = tonumber(ARGV[2])
local due = redis.call('ZRANGEBYSCORE', tag .. 'due', '-inf', now_ms, 'LIMIT', 0, math.min(limit, 200))
local looked, told = 0, {}

for _, member in ipairs(due) do
  local log = read_log(member)
  if is_spent() or not expire(log) or not trim(log, lowest_of(read_readers(member))) then
    break
  end

  looked = looked + 1
  if log.count == 0 then
    redis.call('ZREM', tag .. 'due', member)
  else
    local sessions = redis.call('HGETALL', tag .. 'user:' .. member)
    local is_stored = false
    for i = 1, #sessions, 2 do
      is_stored = is_stored or sessions[i] ~= 'r'
    end

    redis.call('ZADD', tag .. 'due', text(is_stored and now_ms + ARGV[3] or log.low), member)
    told[#told + 1] = { member, head_of(log), sessions }
  end
end

finish()
return { looked, (looked < #due or #due == 200) and 1 or 0, told }
