<?php
// Puts the accounts of members who may not enter any more to rest, so that nothing
// is told to them; who may again wakes their account by signing in.
require '/var/www/app/app/common.php';
use Kanboard\Plugin\Ronron\Directory;

$users = $container['db']->table('users')->eq('is_active', 1)->columns('id', 'username')->findAll();
foreach ($users as $user) {
    $login = Directory::login($user['username']);
    try {
        if ($login !== null && Directory::member($login) !== null) continue;
    } catch (RuntimeException $e) {
        fwrite(STDERR, $e->getMessage() . "\n");
        exit(1);
    }
    $container['db']->table('users')->eq('id', $user['id'])->update(['is_active' => 0]);
}
