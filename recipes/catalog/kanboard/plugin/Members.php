<?php

namespace Kanboard\Plugin\Ronron;

use Kanboard\Model\UserModel;

/** Accounts come from the directory, and nobody else makes them or changes who they are. */
class Members extends UserModel
{
    /** Whether what is written now is what the directory said. */
    public static bool $believe = false;

    private const DIRECTORYS = ['username', 'name', 'email', 'role', 'password', 'confirmation', 'current_password',
        'is_ldap_user', 'is_admin', 'is_project_admin', 'disable_login_form', 'gitlab_id', 'github_id', 'google_id', 'api_access_token'];

    public function create(array $values)
    {
        return self::$believe ? parent::create($values) : false;
    }

    public function update(array $values)
    {
        if (! self::$believe) $values = array_diff_key($values, array_flip(self::DIRECTORYS));
        return array_diff_key($values, ['id' => 0]) === [] || parent::update($values);
    }
}
