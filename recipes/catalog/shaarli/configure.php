<?php
// Writes Shaarli's configuration at each start: its own pages for that are off.
$settings = json_decode((string) file_get_contents('/etc/ronron/settings.json'), true, 16, JSON_THROW_ON_ERROR);
$password = trim((string) file_get_contents('/etc/ronron/account.password'));
$salt = bin2hex(random_bytes(20));
$hash = sha1($password . 'chaton' . $salt);
$everyone = $settings['read'] === 'everyone';

$config = [
    'credentials' => ['login' => 'chaton', 'salt' => $salt, 'hash' => $hash],
    'general' => [
        'title' => $settings['title'],
        'timezone' => $settings['timezone'],
        'root_url' => rtrim($settings['url'], '/') . '/',
        'header_link' => '/',
        'enabled_plugins' => [],
        // Nothing is fetched from the site of a link.
        'retrieve_description' => false,
        'enable_async_metadata' => true,
        'download_timeout' => 1,
    ],
    'privacy' => [
        'force_login' => !$everyone,
        'hide_public_links' => !$everyone,
        'default_private_links' => false,
        'remember_user_default' => false,
    ],
    'security' => [
        'open_shaarli' => false,
        // All requests come from the gateway, and the directory counts mistakes.
        'session_protection_disabled' => true,
        'ban_after' => 1000000000,
        'allowed_protocols' => ['ftp', 'ftps', 'magnet', 'xmpp', 'mailto'],
    ],
    'resource' => [
        'ban_file' => '/tmp/bans.php',
        'log' => '/nowhere/log.txt',
        'raintpl_tmp' => '/tmp/templates/',
        'page_cache' => '/tmp/pages',
        'thumbnails_cache' => '/tmp/thumbnails',
        'update_check' => '/tmp/update',
    ],
    'updates' => ['check_updates' => false],
    'thumbnails' => ['mode' => 'none'],
    'api' => ['enabled' => false, 'secret' => bin2hex(random_bytes(20))],
    'translation' => ['language' => $settings['language'], 'mode' => 'php', 'extensions' => []],
    'formatter' => 'markdown',
    'dev' => ['debug' => false],
];
$file = '/var/lib/shaarli/data/config.json.php';
// The same first and last lines as Shaarli's own, so that nobody can read it.
file_put_contents("$file.new", '<?php /*' . PHP_EOL . json_encode($config, JSON_PRETTY_PRINT | JSON_THROW_ON_ERROR) . PHP_EOL . '*/ ?>');
rename("$file.new", $file);
// As Shaarli computes it, for preload.php.
file_put_contents('/tmp/signed-in', sha1($hash . $salt));
// Nothing yet, instead of Shaarli's examples.
if (!file_exists('/var/lib/shaarli/data/datastore.php')) {
    file_put_contents('/var/lib/shaarli/data/datastore.php', '<?php /* ' . base64_encode(gzdeflate(serialize([]))) . ' */ ?>');
}
