-- Takes a room's word on the state of sessions of one partition.
-- KEYS: 5… the user's record of each. ARGV: then four per session: app:user, epoch, state, ms for which its client was silent.
-- Returns {0 another or none is stored, 1 taken, 2 taken and the state is another one now, …}.
local taken = {}
for i = 5, #KEYS do
  local a = 5 + (i - 5) * 4
  local user, epoch, state = ARGV[a], tonumber(ARGV[a + 1]), ARGV[a + 2]
  taken[i - 4] = 0
  for _, s in ipairs(read(KEYS[i])) do
    if s.epoch == epoch then
      local seen_ms = math.max(tonumber(s.lines[SEEN]), now_ms - ARGV[a + 3])
      s.lines[SEEN] = text(seen_ms)
      taken[i - 4] = 1
      if s.lines[STATE] ~= state then
        s.lines[STATE], s.lines[SINCE] = state, text(now_ms)
        append(state == '1' and AWAY or BACK, user, s, '0', seen_ms)
        taken[i - 4] = 2
      end

      redis.call('HSET', KEYS[i], s.field, table.concat(s.lines, '\n'))
    end
  end
end

finish()
return taken
