-- Takes or renews a room's lease: the first relay to ask holds it for as long as it renews in time. 0 ms releases it.
-- KEYS: lease   ARGV: relay, ms
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
