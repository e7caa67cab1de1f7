-- ARGV after the front's: 2 channel. Returns its head, entries, bytes, and for each reader: name, cursor, when it was last seen (ms), attempts.
local log = read_log(ARGV[2])
local result = { head_of(log), log.count, log.bytes }
for name, reader in pairs(read_readers(ARGV[2]).all) do
  if reader.seen > now_ms - KEEP_READER then
    local first = reader.tried and page(log, reader.inbox, 1, 1)[4]
    local at = #result
    result[at + 1], result[at + 2], result[at + 3], result[at + 4] = name, reader.inbox, reader.seen, first and first == reader.tried and reader.tries or 0
  end
end

return result
