-- A connection lives for days. Whoever is suspended, or left the groups that may
-- enter, is disconnected within a minute.
local modulemanager = require "prosody.core.modulemanager";

local function check()
	local ldap = modulemanager.get_module(module.host, "auth_ldap");
	local online = {};
	for name in pairs(prosody.hosts[module.host].sessions) do
		online[#online + 1] = name;
	end
	for _, name in ipairs(online) do
		-- The name found and its attributes; or nothing; or nothing and why.
		local found, more = ldap.get_user(name);
		if not found and more then
			return 60; -- the directory does not answer: nobody is sent away for that
		end
		local user = prosody.hosts[module.host].sessions[name];
		if not found and user then
			for _, session in pairs(user.sessions) do
				session:close({ condition = "not-authorized", text = "This account cannot sign in any more." });
			end
		end
	end
	return 60;
end

module:add_timer(60, check);
