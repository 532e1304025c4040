<?php

namespace Kanboard\Plugin\Ronron;

use Kanboard\Model\LastLoginModel;

/** When somebody signed in is kept for them to see; from where is not. */
class Logins extends LastLoginModel
{
    public function create($auth_type, $user_id, $ip, $user_agent)
    {
        return parent::create($auth_type, $user_id, '', '');
    }
}
