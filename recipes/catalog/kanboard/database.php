<?php
// save: writes the database as it is at one moment beside the one in use.
// check: says whether the database is sound, and how many cards it has.
// cards, accounts: how many there are.
umask(027);
$folder = '/var/lib/kanboard/backup';
try {
    $db = new PDO('sqlite:' . DB_FILENAME, null, null, [PDO::ATTR_TIMEOUT => 60, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    $count = fn (string $table): int => (int) $db->query("SELECT count(*) FROM $table")->fetchColumn();
    switch ($argv[1] ?? '') {
        case 'save':
            if (!is_dir($folder)) mkdir($folder, 0750);
            @unlink("$folder/db.sqlite.new");
            $db->exec("VACUUM INTO '$folder/db.sqlite.new'");
            exit(rename("$folder/db.sqlite.new", "$folder/db.sqlite") ? 0 : 1);
        case 'check':
            $sound = $db->query('PRAGMA integrity_check')->fetchColumn() === 'ok';
            echo $sound ? 'sound, ' . $count('tasks') . " cards\n" : "not sound\n";
            exit($sound ? 0 : 1);
        case 'cards':
            echo $count('tasks'), "\n";
            exit(0);
        case 'accounts':
            echo $count('users'), "\n";
            exit(0);
    }
    exit(2);
} catch (Throwable $e) {
    fwrite(STDERR, $e->getMessage() . "\n");
    exit(1);
}
