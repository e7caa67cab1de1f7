-- Ends sessions of one partition whose epoch is the stored one.
-- KEYS: 5… the user's record of each. ARGV: then four per session: app:user, epoch, code, ms for which its client was silent.
-- Returns {1 or 0, …}.
local ended = {}
for i = 5, #KEYS do
  local a = 5 + (i - 5) * 4
  local user, epoch, code = ARGV[a], tonumber(ARGV[a + 1]), ARGV[a + 2]
  ended[i - 4] = 0
  for _, s in ipairs(read(KEYS[i])) do
    if s.epoch == epoch then
      local seen_ms = math.max(tonumber(s.lines[SEEN]), now_ms - ARGV[a + 3])
      remove(KEYS[i], user, s)
      leave(KEYS[i])
      keep_ended(user, s, tonumber(code) < 4000 and epoch or epoch + 1, code, seen_ms)
      append(OFFLINE, user, s, code, seen_ms)
      ended[i - 4] = 1
    end
  end
end

finish()
return ended
