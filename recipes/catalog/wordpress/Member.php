<?php
// export: writes a tar with the posts, comments, files and profile of a member.
// erase: gives their posts and files to the site and takes their name off their
// comments. The login is in the environment variable MEMBER.
require '/usr/share/wordpress/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';

$login = RonronDirectory::login((string) getenv('MEMBER'));
if ($login === null) {
    fwrite(STDERR, "MEMBER is not a login.\n");
    exit(2);
}
$user = get_user_by('login', $login);

function ronron_export(WP_User|false $user): never
{
    $folder = WP_CONTENT_DIR . '/uploads/.upload/' . bin2hex(random_bytes(8));
    mkdir("$folder/files", 0700, true);
    if ($user) {
        $all = ['login' => $user->user_login, 'name' => $user->display_name, 'mail' => $user->user_email, 'about' => $user->description,
            'posts' => [], 'comments' => []];
        foreach (get_posts(['author' => $user->ID, 'post_type' => 'any', 'post_status' => 'any', 'numberposts' => -1]) as $post) {
            $all['posts'][] = ['title' => $post->post_title, 'kind' => $post->post_type, 'state' => $post->post_status,
                'time' => $post->post_date_gmt, 'address' => get_permalink($post), 'text' => $post->post_content];
            if ($post->post_type !== 'attachment') continue;
            $file = get_attached_file($post->ID);
            if ($file && is_file($file)) copy($file, "$folder/files/$post->ID-" . basename($file));
        }
        foreach (get_comments(['user_id' => $user->ID, 'status' => 'any']) as $comment) {
            $all['comments'][] = ['time' => $comment->comment_date_gmt, 'post' => get_permalink((int) $comment->comment_post_ID), 'text' => $comment->comment_content];
        }
        file_put_contents("$folder/member.json", json_encode($all, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES));
    }
    passthru('tar --create --file=- --directory=' . escapeshellarg($folder) . ' .', $code);
    passthru('rm -rf ' . escapeshellarg($folder));
    exit($code);
}

function ronron_erase(WP_User|false $user): never
{
    global $wpdb;
    if (!$user) exit(0);
    $site = get_user_by('login', 'ronron setup');
    if (!$site) exit(1);
    $wpdb->update($wpdb->comments, ['user_id' => 0, 'comment_author' => __('Anonymous'), 'comment_author_email' => '', 'comment_author_url' => '',
        'comment_author_IP' => '', 'comment_agent' => ''], ['user_id' => $user->ID]);
    // Versions of posts name their authors too.
    $wpdb->update($wpdb->posts, ['post_author' => $site->ID], ['post_author' => $user->ID]);
    $wpdb->delete($wpdb->postmeta, ['meta_key' => '_edit_last', 'meta_value' => (string) $user->ID]);
    exit(wp_delete_user($user->ID, $site->ID) && $wpdb->last_error === '' ? 0 : 1);
}

match ($argv[1] ?? '') {
    'export' => ronron_export($user),
    'erase' => ronron_erase($user),
    default => exit(2),
};
