<?php

namespace Kanboard\Plugin\Ronron;

use Kanboard\Model\CaptchaModel;

/** Who tries passwords is known by a name that is another each day, and leads back to nobody. */
class Tries extends CaptchaModel
{
    public function incrementFailedLogin($ipAddress)
    {
        parent::incrementFailedLogin($this->name($ipAddress));
    }

    public function resetFailedLogin($ipAddress)
    {
        parent::resetFailedLogin($this->name($ipAddress));
    }

    public function isLocked($ipAddress)
    {
        return parent::isLocked($this->name($ipAddress));
    }

    protected function setCaptchaData(array $data)
    {
        $today = date('Ymd-');
        parent::setCaptchaData(array_filter($data, fn ($name) => str_starts_with((string) $name, $today), ARRAY_FILTER_USE_KEY));
    }

    private function name($address): string
    {
        $today = date('Ymd-');
        return $today . substr(hash_hmac('sha256', $today . $address, RONRON['key']), 0, 16);
    }
}
