<?php
/*
Plugin Name: Ronron
Description: The accounts of the chaton, and no request to anybody else.
*/
// WordPress loads this before any other plugin, and nobody can switch it off.
// Accounts are the members of the directory, and no others: who signs in is asked
// there, who is signed in is asked again every few seconds.

require_once '/usr/share/ronron/Directory.php';

/* ---- Who is who ---- */

foreach (['wp_authenticate_username_password' => 20, 'wp_authenticate_email_password' => 20, 'wp_authenticate_application_password' => 20] as $filter => $priority) {
    remove_filter('authenticate', $filter, $priority);
}
remove_filter('determine_current_user', 'wp_validate_application_password', 20);
add_filter('wp_is_application_passwords_available', '__return_false');

add_filter('authenticate', function ($user, $login, $password) {
    if ($user instanceof WP_User || !is_string($login) || !is_string($password)) return $user;
    if ($login === '' || $password === '') {
        // Both are how a form that was only opened is told from one that was sent.
        $empty = new WP_Error();
        if ($login === '') $empty->add('empty_username', __('<strong>Error:</strong> The username field is empty.'));
        if ($password === '') $empty->add('empty_password', __('<strong>Error:</strong> The password field is empty.'));
        return $empty;
    }
    $french = str_starts_with(determine_locale(), 'fr');
    $wrong = new WP_Error('incorrect_password', $french ? 'Identifiant ou mot de passe incorrect.' : 'Wrong login or password.');
    $login = RonronDirectory::login($login);
    if ($login === null) return $wrong;
    try {
        // What WordPress has added to the request, it takes off again.
        $member = RonronDirectory::signIn($login, wp_unslash($password));
    } catch (RuntimeException $e) {
        error_log($e->getMessage());
        return new WP_Error('directory', $french ? "L'annuaire ne répond pas. Réessayez dans un moment." : 'The directory does not answer. Try again in a moment.');
    }
    return $member === null ? $wrong : ronron_account($member);
}, 20, 3);

/** The account of a member, made or brought up to date. */
function ronron_account(array $member): WP_User|WP_Error
{
    $user = get_user_by('login', $member['login']);
    $owner = $member['mail'] === '' ? false : email_exists($member['mail']);
    $mail = $member['mail'] !== '' && (!$owner || $user && $owner === $user->ID) ? $member['mail'] : $member['login'] . '@members.invalid';
    $known = ['user_login' => $member['login'], 'user_email' => $mail, 'display_name' => $member['name'], 'nickname' => $member['name']];
    if (!$user) {
        $id = wp_insert_user($known + ['user_pass' => wp_generate_password(64), 'role' => RONRON['role']]);
        if (is_wp_error($id)) return $id;
        $user = get_user_by('id', $id);
    } elseif ($user->user_email !== $mail || $user->display_name !== $member['name']) {
        $id = wp_update_user(['ID' => $user->ID] + array_diff_key($known, ['user_login' => 0]));
        if (is_wp_error($id)) return $id;
        $user = get_user_by('id', $id);
    }
    ronron_role($user, $member);
    return $user;
}

/**
 * Administrators are those of the chaton. The others have the role that chaton.hcl
 * says, unless an administrator gave them another here.
 */
function ronron_role(WP_User $user, array $member): void
{
    $now = $user->roles[0] ?? '';
    $given = (string) get_user_meta($user->ID, 'ronron_role', true);
    $wanted = $now;
    if ($member['admin']) $wanted = 'administrator';
    elseif ($now === '' || $now === 'administrator' || $now === $given) $wanted = RONRON['role'];
    if ($wanted !== $now) $user->set_role($wanted);
    if (($wanted !== $now || $given === '') && $wanted !== $given) update_user_meta($user->ID, 'ronron_role', $wanted);
}

// A session counts as long as its member may enter, and ends with that.
add_filter('determine_current_user', function ($id) {
    static $answers = [];
    if (!$id) return $id;
    if (!isset($answers[$id])) {
        $user = get_user_by('id', $id);
        $login = $user ? RonronDirectory::login($user->user_login) : null;
        $member = $login !== null && $login === $user->user_login ? RonronDirectory::member($login) : null;
        $answers[$id] = $member !== null;
        if ($member !== null) ronron_role($user, $member);
        else WP_Session_Tokens::get_instance((int) $id)->destroy_all();
    }
    return $answers[$id] ? $id : 0;
}, 99);

// Accounts and passwords are made and changed on the portal.
add_filter('pre_option_users_can_register', fn () => '0');
add_filter('allow_password_reset', '__return_false');
add_filter('show_password_fields', '__return_false');
add_filter('lost_password_html_link', '__return_empty_string');
add_filter('map_meta_cap', fn ($caps, $cap) => in_array($cap, ['create_users', 'add_users', 'delete_users', 'remove_users'], true) ? ['do_not_allow'] : $caps, 10, 2);
add_filter('send_password_change_email', '__return_false');
add_filter('send_email_change_email', '__return_false');
add_filter('admin_email_check_interval', '__return_zero');
add_filter('login_display_language_dropdown', '__return_false');
// Debian's translation lacks this one, and a mail address is no login here.
add_filter('gettext', fn ($text, $source) => $source === 'Username or Email Address'
    ? (str_starts_with(determine_locale(), 'fr') ? 'Identifiant du chaton' : 'Login') : $text, 10, 2);
add_filter('login_headerurl', fn () => home_url('/'));
add_filter('login_headertext', fn () => get_bloginfo('name'));
add_action('login_init', function () {
    if (!in_array($_REQUEST['action'] ?? 'login', ['login', 'logout', 'postpass'], true)) {
        wp_safe_redirect(wp_login_url());
        exit;
    }
});
add_action('user_profile_update_errors', function ($errors, $update, $user) {
    unset($user->user_pass);
}, 10, 3);

// Nobody learns logins by asking.
add_filter('rest_endpoints', function ($endpoints) {
    if (!is_user_logged_in()) unset($endpoints['/wp/v2/users'], $endpoints['/wp/v2/users/(?P<id>[\d]+)']);
    unset($endpoints['/wp/v2/users/(?P<user_id>(?:[\d]+|me))/application-passwords']);
    return $endpoints;
});
add_filter('wp_sitemaps_add_provider', fn ($provider, $name) => $name === 'users' ? false : $provider, 10, 2);

/* ---- What chaton.hcl says ---- */

foreach ([
    'blogname' => RONRON['title'], 'blogdescription' => RONRON['tagline'], 'WPLANG' => RONRON['locale'],
    'timezone_string' => RONRON['timezone'], 'gmt_offset' => null, 'admin_email' => RONRON['contact'],
    'blog_public' => RONRON['index'] && !RONRON['private'] ? '1' : '0', 'default_role' => RONRON['role'],
    'comment_registration' => '1', 'show_avatars' => '0', 'default_ping_status' => 'closed', 'default_pingback_flag' => '0',
    'use_smilies' => '0', 'embed_autourls' => '0', 'comments_notify' => '0', 'moderation_notify' => '0',
    'mailserver_url' => '', 'ping_sites' => '',
] as $option => $value) {
    if ($value !== null) add_filter("pre_option_$option", fn () => $value);
}
add_filter('allowed_options', function ($options) {
    $options['general'] = array_diff($options['general'], ['blogname', 'blogdescription', 'WPLANG', 'timezone_string', 'gmt_offset',
        'siteurl', 'home', 'new_admin_email', 'users_can_register', 'default_role']);
    return $options;
});
if (!RONRON['comments']) {
    add_filter('comments_open', '__return_false', 99);
    add_filter('pre_option_default_comment_status', fn () => 'closed');
}
add_filter('pings_open', '__return_false', 99);
// No address of a reader or writer is kept.
add_filter('pre_comment_user_ip', fn () => '');
add_filter('pre_comment_user_agent', fn () => '');
add_filter('sanitize_user_meta_session_tokens', fn ($sessions) => is_array($sessions)
    ? array_map(fn ($session) => is_array($session) ? array_diff_key($session, ['ip' => 0, 'ua' => 0]) : $session, $sessions) : $sessions);

// Only members read: pages, feeds, files, and what programs ask.
if (RONRON['private']) {
    add_action('template_redirect', 'ronron_members', 0);
    add_filter('rest_authentication_errors', fn ($result) => $result ?? (is_user_logged_in() ? null
        : new WP_Error('rest_not_logged_in', __('You are not currently logged in.'), ['status' => 401])));
    add_action('init', 'ronron_file', 0);
}

/** Sends everybody else to the form. */
function ronron_members(): void
{
    if (is_user_logged_in()) return;
    nocache_headers();
    wp_safe_redirect(wp_login_url(home_url($_SERVER['REQUEST_URI'] ?? '/')));
    exit;
}

function ronron_file(): void
{
    $path = rawurldecode((string) parse_url($_SERVER['REQUEST_URI'] ?? '', PHP_URL_PATH));
    if (!str_starts_with($path, '/wp-content/uploads/')) return;
    ronron_members();
    $root = WP_CONTENT_DIR . '/uploads/';
    $file = realpath(WP_CONTENT_DIR . substr($path, strlen('/wp-content')));
    $type = $file ? wp_check_filetype($file)['type'] : false;
    if (!$file || !str_starts_with($file, $root) || !is_file($file) || !$type || str_contains(substr($file, strlen($root)), '/.')) {
        status_header(404);
        exit;
    }
    header("Content-Type: $type");
    header('Content-Length: ' . filesize($file));
    header('Cache-Control: private, max-age=0');
    while (ob_get_level()) ob_end_clean();
    readfile($file);
    exit;
}

/* ---- Nobody else is asked, or told ---- */

foreach (['core', 'plugins', 'themes'] as $kind) {
    add_filter("pre_site_transient_update_$kind", fn () => (object) [
        'updates' => [], 'response' => [], 'translations' => [], 'no_update' => [],
        'version_checked' => wp_get_wp_version(), 'checked' => [], 'last_checked' => time(),
    ]);
}
foreach (['wp_version_check', 'wp_update_plugins', 'wp_update_themes'] as $action) remove_all_actions($action);
remove_action('init', 'wp_schedule_update_checks');
remove_action('admin_init', '_maybe_update_core');
remove_action('admin_init', '_maybe_update_plugins');
remove_action('admin_init', '_maybe_update_themes');
remove_action('wp_head', 'print_emoji_detection_script', 7);
remove_action('admin_print_scripts', 'print_emoji_detection_script');
remove_action('embed_head', 'print_emoji_detection_script');
remove_action('wp_print_styles', 'print_emoji_styles');
remove_action('admin_print_styles', 'print_emoji_styles');
remove_action('wp_enqueue_scripts', 'wp_enqueue_emoji_styles');
remove_action('admin_enqueue_scripts', 'wp_enqueue_emoji_styles');
remove_filter('the_content_feed', 'wp_staticize_emoji');
remove_filter('comment_text_rss', 'wp_staticize_emoji');
remove_action('wp_head', 'rsd_link');
remove_action('wp_head', 'wp_generator');
add_filter('emoji_svg_url', '__return_false');
add_filter('embed_oembed_discover', '__return_false');
add_filter('oembed_providers', '__return_empty_array');
add_filter('should_load_remote_block_patterns', '__return_false');
add_filter('pre_wp_mail', '__return_false');
// Not itself either: its own address leads through the gateway, which is outside.
add_filter('pre_http_request', fn () => new WP_Error('http_request_not_executed', 'Requests are off.'), 99);
add_filter('xmlrpc_enabled', '__return_false');
add_filter('wp_headers', function ($headers) {
    unset($headers['X-Pingback']);
    return $headers;
});
remove_action('enqueue_block_editor_assets', 'wp_enqueue_editor_block_directory_assets');
add_filter('block_editor_settings_all', function ($settings) {
    $settings['enableOpenverseMediaCategory'] = false;
    return $settings;
});
add_action('init', function () {
    if (function_exists('wp_unregister_font_collection')) wp_unregister_font_collection('google-fonts');
}, 99);
// Its menu leads to pages about WordPress, with pictures of elsewhere.
add_action('admin_bar_menu', fn ($bar) => $bar->remove_node('wp-logo'), 999);
add_action('wp_dashboard_setup', function () {
    foreach (['dashboard_primary' => 'side', 'dashboard_site_health' => 'normal', 'dashboard_php_nag' => 'normal', 'dashboard_browser_nag' => 'normal'] as $box => $place) {
        remove_meta_box($box, 'dashboard', $place);
    }
}, 99);
add_filter('pre_site_transient_php_check_' . md5(PHP_VERSION), fn () => ['is_acceptable' => true, 'is_secure' => true, 'is_supported' => true, 'is_lower_than_future_minimum' => false, 'recommended_version' => PHP_VERSION, 'minimum_version' => '7.4']);
