<?php
// What Composer would write: where classes are found. Debian's libraries bring
// their own.
require_once '/usr/share/php/Egulias/EmailValidator/autoload.php';
require_once '/usr/share/php/libphp-phpmailer/autoload.php';
require_once '/usr/share/php/Parsedown/autoload.php';

spl_autoload_register(static function (string $class): void {
    $folders = [
        'Framadate\\' => __DIR__ . '/../app/classes/Framadate/',
        'o80\\' => __DIR__ . '/o80/i18n/src/o80/',
        'Sabre\\VObject\\' => __DIR__ . '/sabre/vobject/',
        'Sabre\\Xml\\' => __DIR__ . '/sabre/xml/',
    ];
    foreach ($folders as $space => $folder) {
        if (str_starts_with($class, $space)) {
            $file = $folder . strtr(substr($class, strlen($space)), '\\', '/') . '.php';
            if (is_file($file)) {
                require $file;
            }
            return;
        }
    }
});
