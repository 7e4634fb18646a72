-- Deletes a room's lease if we hold it. KEYS: lease   ARGV: our token
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
