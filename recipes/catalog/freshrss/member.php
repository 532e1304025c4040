<?php
// What is done with the data from outside of FreshRSS's pages.
//
//   export, erase    of the member in the environment variable MEMBER
//   revoke LOGIN     programs of this member are let in no more
//   save, saved      writes each database as it is at one moment; takes the copies away
//   restore          puts these copies in place
//   check            says whether the databases are sound
//   accounts, feeds  how many there are
//   logs             drops what is older than two weeks
declare(strict_types=1);
umask(027);

$data = (string)getenv('DATA_PATH');
$valid = static fn (string $login): bool => (bool)preg_match('/^[a-z][a-z0-9._-]{1,31}$/D', $login);
$databases = static fn (): array => glob("$data/users/*/db.sqlite") ?: [];
$open = static function (string $file): SQLite3 {
    $db = new SQLite3($file, SQLITE3_OPEN_READWRITE);
    $db->enableExceptions(true);
    $db->busyTimeout(60000);
    return $db;
};
$copy = static function (string $from, string $to) use ($open): void {
    @unlink("$to.new");
    $db = $open($from);
    $db->exec("VACUUM INTO '" . SQLite3::escapeString("$to.new") . "'");
    $db->close();
    if (!rename("$to.new", $to)) throw new RuntimeException("Cannot write $to");
};
$run = static function (array $words, ?string $into = null): void {
    $process = proc_open($words, [1 => $into === null ? ['file', '/dev/null', 'w'] : ['file', $into, 'w'], 2 => STDERR], $pipes, '/var/www/FreshRSS');
    if ($process === false || proc_close($process) !== 0) throw new RuntimeException('Failed: ' . implode(' ', $words));
};

try {
    switch ($argv[1] ?? '') {
        case 'export':
            $member = (string)getenv('MEMBER');
            if (!$valid($member)) throw new RuntimeException('MEMBER is not a login');
            if (!is_file("$data/users/$member/config.php")) {
                passthru('tar -c -T /dev/null', $code);
                exit($code);
            }
            // On the volume: /tmp is memory.
            $folder = "$data/ronron/export-" . bin2hex(random_bytes(6));
            mkdir($folder, 0700);
            try {
                $run(['php', 'cli/export-opml-for-user.php', '--user', $member], "$folder/subscriptions.opml.xml");
                $copy("$data/users/$member/db.sqlite", "$folder/articles.sqlite");
                $settings = include "$data/users/$member/config.php";
                foreach (['passwordHash', 'apiPasswordHash', 'feverKey', 'token'] as $secret) unset($settings[$secret]);
                file_put_contents("$folder/settings.json", json_encode($settings, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE));
                passthru('tar -c -C ' . escapeshellarg($folder) . ' --owner=0 --group=0 --mode=0644 subscriptions.opml.xml articles.sqlite settings.json', $code);
            } finally {
                array_map('unlink', glob("$folder/*") ?: []);
                rmdir($folder);
            }
            exit($code);

        case 'erase':
            $member = (string)getenv('MEMBER');
            if (!$valid($member)) throw new RuntimeException('MEMBER is not a login');
            if (is_dir("$data/users/$member")) $run(['php', 'cli/delete-user.php', '--user', $member]);
            if (is_dir("$data/users/$member")) throw new RuntimeException('The account is still there');
            foreach (["ronron/$member.here", "ronron/$member.wrong", "saved/$member.sqlite"] as $file) {
                if (is_file("$data/$file")) unlink("$data/$file");
            }
            exit(0);

        case 'revoke':
            if (!$valid($argv[2] ?? '')) throw new RuntimeException('Say whose: a login');
            if (is_file("$data/ronron/{$argv[2]}.here")) unlink("$data/ronron/{$argv[2]}.here");
            exit(0);

        case 'save':
            if (!is_dir("$data/saved")) mkdir("$data/saved", 0750);
            array_map('unlink', glob("$data/saved/*") ?: []);
            foreach ($databases() as $file) $copy($file, "$data/saved/" . basename(dirname($file)) . '.sqlite');
            exit(0);

        case 'saved':
            array_map('unlink', glob("$data/saved/*") ?: []);
            exit(0);

        case 'restore':
            foreach (glob("$data/saved/*.sqlite") ?: [] as $file) {
                $folder = "$data/users/" . basename($file, '.sqlite');
                if (!is_dir($folder)) continue;
                foreach (glob("$folder/db.sqlite-*") ?: [] as $old) unlink($old);
                if (!rename($file, "$folder/db.sqlite")) throw new RuntimeException("Cannot write $folder/db.sqlite");
            }
            exit(0);

        case 'check':
            $feeds = 0;
            foreach ($databases() as $file) {
                $db = $open($file);
                if ($db->querySingle('PRAGMA integrity_check') !== 'ok') throw new RuntimeException("$file is not sound");
                $feeds += (int)$db->querySingle('SELECT count(*) FROM feed');
                $db->close();
            }
            echo 'sound, ', count($databases()), " databases, $feeds feeds\n";
            exit(0);

        case 'accounts':
            echo count(array_filter($databases(), static fn (string $file): bool => $valid(basename(dirname($file))))), "\n";
            exit(0);

        case 'feeds':
            $feeds = 0;
            foreach ($databases() as $file) {
                $db = $open($file);
                $feeds += (int)$db->querySingle('SELECT count(*) FROM feed');
                $db->close();
            }
            echo $feeds, "\n";
            exit(0);

        case 'logs':
            foreach (glob("$data/users/*/log*.txt") ?: [] as $file) {
                $kept = '';
                $keep = false;
                foreach (file($file) ?: [] as $line) {
                    if (preg_match('/^\[([^\]]+)\]/', $line, $match) && ($time = strtotime($match[1])) !== false) $keep = $time > time() - 14 * 86400;
                    if ($keep) $kept .= $line;
                }
                // FreshRSS takes the time of this file for that of the newest article.
                $time = (int)filemtime($file);
                if (strlen($kept) !== filesize($file)) {
                    file_put_contents($file, $kept, LOCK_EX);
                    touch($file, $time);
                }
            }
            exit(0);
    }
    fwrite(STDERR, "export, erase, revoke, save, saved, restore, check, accounts, feeds or logs\n");
    exit(2);
} catch (Throwable $e) {
    fwrite(STDERR, $e->getMessage() . "\n");
    exit(1);
}
