<?php
// Installed, with the settings of this chaton, and able to write.
$data = (string)getenv('DATA_PATH');
$config = @include $data . '/config.php';
$well = is_array($config) && ($config['auth_type'] ?? '') === 'http_auth'
    && is_file("$data/applied_migrations.txt") && is_writable("$data/users");
http_response_code($well ? 200 : 503);
header('Content-Type: text/plain; charset=utf-8');
echo $well ? "well\n" : "not well\n";
