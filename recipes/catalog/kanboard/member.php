<?php
// export: writes a tar with what a member wrote and was given to do, and their own
// boards. erase: removes their own boards, and takes their name off the rest. The
// login is in the environment variable MEMBER.
require '/var/www/app/app/common.php';
use Kanboard\Plugin\Ronron\Directory;

$login = Directory::login((string) getenv('MEMBER'));
if ($login === null) {
    fwrite(STDERR, "MEMBER is not a login.\n");
    exit(2);
}
$db = $container['db'];
$user = $db->table('users')->eq('username', $login)->findOne();

/** The boards that are a member's alone. */
function own_boards(PicoDb\Database $db, int $id): array
{
    return $db->table('projects')->eq('is_private', 1)->eq('project_has_users.user_id', $id)
        ->join('project_has_users', 'project_id', 'id')->findAllByColumn('projects.id');
}

function export_member(PicoDb\Database $db, ?array $user): never
{
    umask(077);
    $folder = '/var/lib/kanboard/upload/' . bin2hex(random_bytes(8));
    mkdir("$folder/files", 0700, true);
    if ($user) {
        $id = (int) $user['id'];
        $own = own_boards($db, $id);
        $all = ['login' => $user['username'], 'name' => $user['name'], 'mail' => $user['email'], 'language' => $user['language'], 'timezone' => $user['timezone']];
        $all['own_boards'] = $own ? $db->table('projects')->in('id', $own)->columns('id', 'name', 'description')->findAll() : [];
        $cards = $db->table('tasks')->columns('id', 'project_id', 'title', 'description', 'date_creation', 'date_due', 'is_active', 'creator_id', 'owner_id')
            ->beginOr()->eq('creator_id', $id)->eq('owner_id', $id);
        $all['cards'] = ($own ? $cards->in('project_id', $own) : $cards)->closeOr()->findAll();
        $all['subtasks'] = $db->table('subtasks')->eq('user_id', $id)->columns('task_id', 'title', 'status')->findAll();
        $all['comments'] = $db->table('comments')->eq('user_id', $id)->columns('task_id', 'date_creation', 'comment')->findAll();
        foreach (['task_has_files', 'project_has_files'] as $table) {
            foreach ($db->table($table)->eq('user_id', $id)->columns('id', 'name', 'path')->findAll() as $file) {
                $path = realpath(FILES_DIR . '/' . $file['path']);
                if ($path && str_starts_with($path, FILES_DIR . '/')) copy($path, "$folder/files/$table-{$file['id']}-" . basename($file['name']));
            }
        }
        file_put_contents("$folder/member.json", json_encode($all, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES));
    }
    passthru('tar -c -f - -C ' . escapeshellarg($folder) . ' .', $code);
    passthru('rm -rf ' . escapeshellarg($folder));
    exit($code);
}

function erase_member(Pimple\Container $container, PicoDb\Database $db, ?array $user): never
{
    if (!$user) exit(0);
    $id = (int) $user['id'];
    $fine = true;
    foreach (own_boards($db, $id) as $board) $fine = $container['projectModel']->remove($board) && $fine;
    $db->table('tasks')->eq('creator_id', $id)->update(['creator_id' => 0]);
    foreach (['task_has_files', 'project_has_files'] as $table) $db->table($table)->eq('user_id', $id)->update(['user_id' => 0]);
    // It says nothing of how it went.
    $container['userModel']->remove($id);
    exit($fine && !$db->table('users')->eq('id', $id)->exists() ? 0 : 1);
}

match ($argv[1] ?? '') {
    'export' => export_member($db, $user ?: null),
    'erase' => erase_member($container, $db, $user ?: null),
    default => exit(2),
};
