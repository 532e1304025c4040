<?php
// export: writes a tar with every version of pages and files that a member
// wrote. erase: takes the member's name off all of them; what was written stays.
// The member's login is in the environment variable MEMBER.
define('DOKU_INC', '/usr/share/dokuwiki/');
define('NOSESSION', 1);
require_once DOKU_INC . 'inc/init.php';

$member = (string) getenv('MEMBER');
if (!preg_match('/^[a-z][a-z0-9._-]{0,63}$/D', $member)) {
    fwrite(STDERR, "MEMBER is not a login.\n");
    exit(2);
}
$data = $conf['savedir'];

/** Every file below a folder whose name has that ending. */
function below(string $folder, string $ending): iterable
{
    if (!is_dir($folder)) return;
    $all = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS));
    foreach ($all as $file) {
        if ($file->isFile() && str_ends_with($file->getFilename(), $ending)) yield $file->getPathname();
    }
}

/** The lines of a history: time, address, kind, page, login, and more. */
function history(string $file): array
{
    return array_map(fn ($line) => explode("\t", rtrim($line, "\n")), file($file) ?: []);
}

function export(string $member, string $data): void
{
    $wanted = [];
    foreach (['meta' => 'attic', 'media_meta' => 'media_attic'] as $histories => $versions) {
        foreach (below("$data/$histories", '.changes') as $file) {
            if (str_starts_with(basename($file), '_')) continue; // all pages together
            $name = substr($file, strlen("$data/$histories/"), -strlen('.changes'));
            $last = null;
            foreach (history($file) as $line) {
                $last = $line;
                if (($line[4] ?? '') !== $member) continue;
                $path = $versions === 'attic' ? "$name.$line[0].txt.gz"
                    : preg_replace('/(\.[^.\/]+)$/', ".$line[0]$1", $name);
                if (is_file("$data/$versions/$path")) $wanted[] = "$versions/$path";
            }
            // The version that is shown now is not always among the old ones.
            $now = $versions === 'attic' ? "pages/$name.txt" : "media/$name";
            if (($last[4] ?? '') === $member && is_file("$data/$now")) $wanted[] = $now;
        }
    }
    $tar = popen('exec tar --create --file=- --directory=' . escapeshellarg($data) . ' --no-recursion --verbatim-files-from --null --files-from=-', 'w');
    foreach ($wanted as $path) fwrite($tar, "$path\0");
    exit(pclose($tar));
}

/** Replaces the login in what DokuWiki knows of a page. */
function scrub(mixed $value, string $member): mixed
{
    if (!is_array($value)) return $value;
    foreach ($value as $key => $inner) {
        if ($key === 'user' && $inner === $member) {
            $value['user'] = '';
            if (isset($value['creator'])) $value['creator'] = '';
        } elseif ($key === 'contributor' && is_array($inner)) {
            unset($inner[$member]);
            $value[$key] = $inner;
        } else {
            $value[$key] = scrub($inner, $member);
        }
    }
    return $value;
}

/** Writes a file that the wiki may be writing too. */
function rewrite(string $file, callable $change): void
{
    io_lock($file);
    $old = file_get_contents($file);
    $new = $change($old);
    if ($new !== $old) {
        $when = filemtime($file);
        file_put_contents("$file.new", $new);
        chmod("$file.new", fileperms($file) & 0777);
        rename("$file.new", $file);
        touch($file, $when);
    }
    io_unlock($file);
}

function erase(string $member, string $data): void
{
    foreach (['meta', 'media_meta'] as $folder) {
        foreach (below("$data/$folder", '.changes') as $file) {
            rewrite($file, fn ($text) => preg_replace_callback('/^.*$/m', function ($m) use ($member) {
                $line = explode("\t", $m[0]);
                if (($line[4] ?? '') !== $member) return $m[0];
                $line[1] = $line[4] = '';
                return implode("\t", $line);
            }, $text));
        }
        foreach (below("$data/$folder", '.meta') as $file) {
            rewrite($file, function ($text) use ($member) {
                $known = @unserialize($text, ['allowed_classes' => false]);
                return is_array($known) ? serialize(scrub($known, $member)) : $text;
            });
        }
    }
    foreach (below("$data/cache", '.draft') as $file) {
        $draft = @unserialize((string) file_get_contents($file), ['allowed_classes' => false]);
        if (is_array($draft) && ($draft['client'] ?? '') === $member) unlink($file);
    }
    foreach (below("$data/locks", '.lock') as $file) {
        if (trim(strtok((string) file_get_contents($file), "\n")) === $member) unlink($file);
    }
}

match ($argv[1] ?? '') {
    'export' => export($member, $data),
    'erase' => erase($member, $data),
    default => exit(2),
};
