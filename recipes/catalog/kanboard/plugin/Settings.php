<?php

namespace Kanboard\Plugin\Ronron;

use Kanboard\Model\ConfigModel;

/** What chaton.hcl says holds, whatever was saved in a form. */
class Settings extends ConfigModel
{
    // Doors that are shut: a password of Kanboard's own, the programming interface,
    // and addresses that are called when something happens.
    private const SHUT = ['password_reset' => '0', 'api_token' => '', 'webhook_url' => '', 'webhook_token' => ''];

    public function getAll()
    {
        return RONRON['settings'] + self::SHUT + parent::getAll();
    }

    public function getOption($name, $default = '')
    {
        $fixed = RONRON['settings'] + self::SHUT;
        return isset($fixed[$name]) ? ($fixed[$name] !== '' ? $fixed[$name] : $default) : parent::getOption($name, $default);
    }
}
