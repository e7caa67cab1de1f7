-- KEYS: 1 apps, 2 revision of all. Returns {revision, {name, revision and body, …}}.
return {redis.call('GET', KEYS[2]) or '0', redis.call('HGETALL', KEYS[1])}
