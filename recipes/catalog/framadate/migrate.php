<?php
// Makes the tables, or brings those of an earlier version up to this one: what
// the page /admin/migration.php does, which nobody can open here.
require __DIR__ . '/ready.php';

chdir('/usr/share/framadate/admin');
require '/usr/share/framadate/admin/migration.php';

// Framadate makes tables of MySQL's old "utf8", into which no emoji goes, and
// its own list of changes in a form that a dump cannot hold still.
$tables = $connect->query('SHOW TABLE STATUS')->fetchAll(PDO::FETCH_OBJ);
foreach ($tables as $table) {
    if ($table->Engine !== 'InnoDB') {
        $connect->query("ALTER TABLE `$table->Name` ENGINE = InnoDB");
    }
    if (!str_starts_with($table->Collation, 'utf8mb4_')) {
        $connect->query("ALTER TABLE `$table->Name` CONVERT TO CHARACTER SET utf8mb4");
    }
}

$names = array_column($tables, 'Name');
$missing = array_diff(['fd_comment', 'fd_poll', 'fd_slot', 'fd_vote'], $names);
$done = $countFailed === 0 && $missing === [];
ob_clean();
$line = $done ? "$countSucceeded changes made, " . count($names) . " tables\n" : 'Missing tables: ' . implode(', ', $missing) . "\n";
fwrite(STDOUT, $line);
