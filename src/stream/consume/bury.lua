-- Moves one pending entry to the dead letters, if it is still pending and this consumer's.
-- KEYS: stream, dead letters. ARGV: group, consumer, id, then the fields of the new entry.
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)
if #pending == 0 or pending[1][2] ~= ARGV[2] then
    return 0
end
-- First the copy: where it cannot be made the entry stays pending.
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 4))
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
return 1
