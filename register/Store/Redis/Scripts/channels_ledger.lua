-- ARGV after the front's: 2 app, 3 rank of the first inbox to be counted (-1 = none).
-- Returns the counters, how many entries the inboxes of the app have among 5000 from this rank, and the rank of the next (-1 = there is none).
local app, rank = ARGV[2], tonumber(ARGV[3])
local counters = redis.call('HMGET', tag .. 'ledger:' .. app, 'accepted', 'acknowledged', 'expired', 'dead', 'pending')
local measured, front = 0, app .. ':'
local members = {}
if rank >= 0 then
  members = redis.call('ZRANGE', tag .. 'due', rank, rank + 4999)
  for _, member in ipairs(members) do
    if string.sub(member, 1, #front) == front then
      measured = measured + redis.call('XLEN', tag .. 'entries:' .. member)
    end
  end
end

return { counters, measured, #members == 5000 and rank + 5000 or -1 }
