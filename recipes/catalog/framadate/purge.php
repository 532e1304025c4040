<?php
// Removes the polls that ended as many days ago as the host says, with their
// votes and comments. Framadate has a page for it that somebody must open.
require __DIR__ . '/ready.php';
require '/usr/share/framadate/app/inc/init.php';

use Framadate\Services\LogService;
use Framadate\Services\PurgeService;

$purge = new PurgeService(new LogService());
$removed = 0;
// It takes twenty at a time. The bound keeps a poll that cannot be removed from
// being tried for ever.
for ($round = 0; $round < 500; $round++) {
    $found = $purge->purgeOldPolls();
    $removed += $found;
    if ($found === 0) {
        break;
    }
}
$done = true;
ob_clean();
fwrite(STDOUT, "$removed polls removed\n");
