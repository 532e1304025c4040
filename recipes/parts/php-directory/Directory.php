<?php
// Members in the chaton's directory. Nothing here knows the software around it.

final class RonronDirectory
{
    private const LOGIN = '/^(?=.{2,32}$)[a-z][a-z0-9]*([._-][a-z0-9]+)*$/D';
    // How long an answer is believed, and how long an old one holds while the
    // directory does not answer.
    private const FRESH = 15;
    private const STALE = 600;

    /** The login that a person typed, or null where it cannot be one. */
    public static function login(string $typed): ?string
    {
        $login = strtolower(trim($typed));
        return preg_match(self::LOGIN, $login) ? $login : null;
    }

    /**
     * The member with that login and password who may enter, or null.
     * @return array{login: string, name: string, mail: string, admin: bool}|null
     * @throws RuntimeException when the directory does not answer
     */
    public static function signIn(string $login, string $password): ?array
    {
        // A bind without a password succeeds, and means nothing.
        if ($password === '' || str_contains($password, "\0")) return null;
        $found = self::search($login);
        if ($found === null) return null;
        $settings = self::settings();
        $link = self::connect($settings);
        if (!@ldap_bind($link, $found['dn'], $password)) {
            if (ldap_errno($link) === 0x31 || ldap_errno($link) === 0x35) return null;
            throw new RuntimeException('The directory refuses to check a password: ' . ldap_err2str(ldap_errno($link)));
        }
        self::keep($login, $found['member']);
        return $found['member'];
    }

    /**
     * The member with that login who may enter now, or null: asked again every
     * few seconds, so that a suspended member is out.
     * @return array{login: string, name: string, mail: string, admin: bool}|null
     */
    public static function member(string $login): ?array
    {
        $kept = function_exists('apcu_fetch') ? apcu_fetch("ronron:$login") : false;
        if (is_array($kept) && $kept['time'] > time() - self::FRESH) return $kept['member'];
        try {
            $member = self::search($login)['member'] ?? null;
        } catch (RuntimeException $e) {
            error_log($e->getMessage());
            return is_array($kept) && $kept['time'] > time() - self::STALE ? $kept['member'] : null;
        }
        self::keep($login, $member);
        return $member;
    }

    private static function keep(string $login, ?array $member): void
    {
        if (function_exists('apcu_store')) apcu_store("ronron:$login", ['time' => time(), 'member' => $member], self::STALE);
    }

    private static function settings(): array
    {
        static $settings;
        return $settings ??= require '/etc/ronron/directory.php';
    }

    private static function connect(array $settings): LDAP\Connection
    {
        $link = ldap_connect($settings['url']);
        if (!$link) throw new RuntimeException('The address of the directory cannot be used.');
        ldap_set_option($link, LDAP_OPT_PROTOCOL_VERSION, 3);
        ldap_set_option($link, LDAP_OPT_REFERRALS, 0);
        ldap_set_option($link, LDAP_OPT_NETWORK_TIMEOUT, 3);
        ldap_set_option($link, LDAP_OPT_TIMEOUT, 5);
        return $link;
    }

    /** @return array{dn: string, member: array}|null */
    private static function search(string $login): ?array
    {
        $settings = self::settings();
        $link = self::connect($settings);
        if (!@ldap_bind($link, $settings['bind_dn'], $settings['bind_password'])) {
            throw new RuntimeException('The directory does not answer: ' . ldap_err2str(ldap_errno($link)));
        }
        $filter = str_replace('{login}', ldap_escape($login, '', LDAP_ESCAPE_FILTER), $settings['filter']);
        $result = @ldap_list($link, $settings['people_dn'], $filter, ['uid', 'cn', 'mail', 'memberOf'], 0, 2);
        if (!$result) throw new RuntimeException('The directory does not answer: ' . ldap_err2str(ldap_errno($link)));
        $entries = ldap_get_entries($link, $result);
        @ldap_unbind($link);
        if ($entries['count'] !== 1) return null;
        $entry = $entries[0];
        // The directory takes "Ana" for "ana"; one account must have one name.
        if (($entry['uid'][0] ?? '') !== $login) return null;
        $groups = array_map('strtolower', array_filter($entry['memberof'] ?? [], 'is_string'));
        return ['dn' => $entry['dn'], 'member' => [
            'login' => $login,
            'name' => (string) ($entry['cn'][0] ?? $login),
            'mail' => (string) ($entry['mail'][0] ?? ''),
            'admin' => in_array(strtolower($settings['admins_dn']), $groups, true),
        ]];
    }
}
