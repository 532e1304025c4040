<?php

use dokuwiki\Extension\ActionPlugin;
use dokuwiki\Extension\Event;
use dokuwiki\Extension\EventHandler;

/**
 * Shows who wrote a page by login alone. DokuWiki would ask the directory about
 * each name, for every reader, and not use the answer.
 */
class action_plugin_ronron extends ActionPlugin
{
    public function register(EventHandler $controller)
    {
        $controller->register_hook('COMMON_USER_LINK', 'BEFORE', $this, 'name');
    }

    public function name(Event $event)
    {
        $data = &$event->data;
        if ($data['name'] === '') {
            $data['name'] = $data['textonly'] ? $data['username'] : hsc($data['username']);
        }
    }
}
