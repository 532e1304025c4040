<?php
// Makes the tables, or brings them to what this version of Kanboard wants, and takes
// away the account that Kanboard makes with them: its password is known to all. No
// one can reach the service while this runs.
umask(027);
chdir('/var/lib/kanboard');
if (!is_file('db.sqlite') && is_file('backup/db.sqlite')) copy('backup/db.sqlite', 'db.sqlite');
foreach (['files', 'upload'] as $folder) {
    if (!is_dir($folder) && !mkdir($folder, 0750)) {
        fwrite(STDERR, "$folder could not be made.\n");
        exit(1);
    }
}
require '/var/www/app/app/common.php';
\Kanboard\ServiceProvider\DatabaseProvider::runMigrations($container['db']);
$db = $container['db'];
$db->table('users')->eq('is_ldap_user', 0)->remove();
if ($db->table('users')->eq('is_ldap_user', 0)->exists()) {
    fwrite(STDERR, "The account that Kanboard makes is still there.\n");
    exit(1);
}
if (!$container['configModel'] instanceof \Kanboard\Plugin\Ronron\Settings) {
    fwrite(STDERR, "The part that asks the directory is not at work.\n");
    exit(1);
}
$container['configModel']->save(['ronron_settled' => 'yes']);
