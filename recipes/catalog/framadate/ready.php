<?php
// Gives Framadate's own start what it expects of a request, for work that is
// done without one. Framadate ends by itself, and successfully, when there is no
// database; $GLOBALS['done'] tells that from the end of the work.
$_SERVER['SERVER_NAME'] = $_SERVER['SERVER_NAME'] ?? 'localhost';
$_SERVER['SERVER_PORT'] = $_SERVER['SERVER_PORT'] ?? '443';
$_SERVER['SCRIPT_NAME'] = '/index.php';
umask(0077);
@mkdir('/tmp/templates');
$done = false;
register_shutdown_function(static function (): void {
    global $done;
    while (ob_get_level() > 0) {
        ob_end_clean();
    }
    if (!$done) {
        fwrite(STDERR, "The work did not come to its end: the database does not answer, or what is wrong stands above.\n");
        exit(1);
    }
});
ob_start();
