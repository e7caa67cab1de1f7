-- Removes published events, if the hold is still the one that read them.
-- KEYS: 1 events, 2 hold. ARGV: 1 fence, 2 change up to which.
-- Returns 1, or 0: somebody else holds.
if string.match(redis.call('GET', KEYS[2]) or '', '^(%d+) ') ~= ARGV[1] then
  return 0
end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
return 1
