<?php
// Does the work of SPIP that waits: publishing at a date, cleaning up.
require __DIR__ . '/boot.php';
define('_DIRECT_CRON_FORCE', true);
include_once 'ecrire/inc_version.php';
if (!spip_connect()) ronron_failed('The database does not answer.');
ob_start();
cron();
ob_end_clean();
