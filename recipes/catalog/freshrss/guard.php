<?php
// Runs before every page of FreshRSS.
//
// FreshRSS fetches addresses that members type, with headers that they type: what
// comes from this container itself could say to be anybody, and is turned away.
//
// Programs on phones sign in with a password of FreshRSS's own, which knows nothing
// of the directory. They are let in while their member was here by browser, through
// the gateway, within the last days; who cannot come by the gateway any more has
// no programs either, after that time.
if (PHP_SAPI !== 'cli') {
    (static function (): void {
        $refuse = static function (int $code): never {
            http_response_code($code);
            header('Content-Type: text/plain; charset=utf-8');
            exit(match ($code) { 404 => "Not Found\n", 429 => "Too Many Requests\n", 401 => "Unauthorized\n", default => "Forbidden\n" });
        };
        $from = (string)($_SERVER['REMOTE_ADDR'] ?? '');
        if ($from === '' || $from === ($_SERVER['SERVER_ADDR'] ?? '') || $from === '::1' || str_starts_with($from, '127.') || str_starts_with($from, '::ffff:127.')) {
            $refuse(403);
        }

        $folder = getenv('DATA_PATH') . '/ronron';
        $login = static fn (mixed $text): string =>
            is_string($text) && preg_match('/^[a-z][a-z0-9._-]{1,31}$/D', $text) ? $text : '';

        switch ($_SERVER['SCRIPT_NAME'] ?? '') {
            case '/i/index.php':
                $member = $login($_SERVER['REMOTE_USER'] ?? '');
                if ($member === '') $refuse(403);
                // Extensions and updates of the software come with the recipe.
                foreach ([$_GET['c'] ?? '', $_POST['c'] ?? ''] as $page) {
                    if (!is_string($page) || in_array(strtolower(trim($page)), ['extension', 'update'], true)) $refuse(404);
                }
                // FreshRSS alone would find the member signed in again at once.
                if (($_GET['c'] ?? '') === 'auth' && ($_GET['a'] ?? '') === 'logout') {
                    header('Location: /.ronron/leave', true, 303);
                    exit;
                }
                if (time() - (int)@filemtime("$folder/$member.here") > 3600) touch("$folder/$member.here");
                return;

            case '/api/greader.php':
                $days = (int)getenv('RONRON_APPS');
                if ($days < 1) $refuse(404);
                // Says whether programs could sign in, to the page of members about it.
                if (($_SERVER['PATH_INFO'] ?? '') === '/check/compatibility') return;
                // All that FreshRSS could take somebody's name from, read as it reads it.
                $signing = $_POST['Email'] ?? $_GET['Email'] ?? null;
                $named = array_filter([$_POST['Email'] ?? null, $_GET['Email'] ?? null], static fn (mixed $name): bool => $name !== null);
                foreach ([$_SERVER['HTTP_AUTHORIZATION'] ?? '', $_SERVER['REDIRECT_HTTP_AUTHORIZATION'] ?? '', getallheaders()['Authorization'] ?? ''] as $header) {
                    parse_str(is_string($header) ? $header : '', $words);
                    if (!isset($words['GoogleLogin_auth'])) continue;
                    $named[] = is_string($words['GoogleLogin_auth']) ? explode('/', $words['GoogleLogin_auth'], 2)[0] : '';
                }
                if ($named === []) $refuse(401);
                foreach ($named as $name) {
                    $here = $login($name) === '' ? false : @filemtime("$folder/$name.here");
                    if ($here === false || time() - $here > $days * 86400) $refuse(401);
                }
                if ($signing === null) return;
                // Ten wrong passwords, then none is taken for a quarter of an hour.
                $file = "$folder/$signing.wrong";
                $wrong = time() - (int)@filemtime($file) < 900 ? (int)@file_get_contents($file) : 0;
                if ($wrong >= 10) $refuse(429);
                register_shutdown_function(static function () use ($file, $wrong): void {
                    if (http_response_code() === 401) file_put_contents($file, $wrong + 1, LOCK_EX);
                });
                return;

            case '/f.php':
            case '/ext.php':
            case '/index.php':
            case '/api/index.php':
            case '/ronron.php':
                return;
        }
        $refuse(404);
    })();
}
