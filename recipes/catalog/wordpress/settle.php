<?php
// Makes an empty database a site with one post; later, brings its tables to what
// this version of WordPress wants. Nobody can do either from outside.
define('WP_INSTALLING', true);
require '/usr/share/wordpress/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
global $wpdb;

function ronron_failed(string $why): never
{
    fwrite(STDERR, "$why\n");
    exit(1);
}

if (get_option('ronron_settled') !== 'yes') {
    load_default_textdomain(RONRON['locale']);
    // The installer wants an administrator. Nobody can sign in as this one: no
    // login has a space, and no password of WordPress' own is ever asked.
    $setup = 'ronron setup';
    if (!is_blog_installed()) {
        wp_install(RONRON['title'], $setup, RONRON['contact'], true, '', wp_generate_password(64), RONRON['locale']);
    }
    foreach (get_posts(['post_type' => 'any', 'post_status' => 'any', 'numberposts' => -1]) as $post) wp_delete_post($post->ID, true);
    $user = get_user_by('login', $setup);
    if (!$user) ronron_failed("The first account could not be made.");
    $user->set_role('');
    wp_update_user(['ID' => $user->ID, 'display_name' => RONRON['title'], 'user_email' => 'setup@members.invalid', 'user_pass' => wp_generate_password(64)]);
    update_option('permalink_structure', '/%postname%/');
    delete_option('rewrite_rules');
    $text = file('/etc/ronron/start.txt', FILE_IGNORE_NEW_LINES);
    $title = array_shift($text);
    wp_insert_post([
        'post_title' => $title, 'post_content' => implode("\n", $text), 'post_status' => 'publish', 'post_author' => $user->ID,
        'comment_status' => 'closed',
    ], true);
    update_option('ronron_settled', 'yes');
    if ($wpdb->last_error !== '') ronron_failed($wpdb->last_error);
}
wp_upgrade();
if ($wpdb->last_error !== '') ronron_failed($wpdb->last_error);
