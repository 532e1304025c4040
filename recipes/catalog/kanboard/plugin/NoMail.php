<?php

namespace Kanboard\Plugin\Ronron;

use Kanboard\Core\Base;
use Kanboard\Core\Mail\ClientInterface;

/** Where the chaton sends no mail. */
class NoMail extends Base implements ClientInterface
{
    public function sendEmail($recipientEmail, $recipientName, $subject, $html, $authorName, $authorEmail = '')
    {
    }
}
