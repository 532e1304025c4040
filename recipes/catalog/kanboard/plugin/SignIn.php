<?php

namespace Kanboard\Plugin\Ronron;

use Kanboard\Core\Base;
use Kanboard\Core\Security\PasswordAuthenticationProviderInterface;
use Kanboard\Core\Security\Role;
use Kanboard\Core\Security\SessionCheckProviderInterface;
use Kanboard\User\LdapUserProvider;

/** The only way in: a member of the directory, asked again while signed in. */
class SignIn extends Base implements PasswordAuthenticationProviderInterface, SessionCheckProviderInterface
{
    // How long an answer is believed, and how long an old one holds while the
    // directory does not answer.
    private const FRESH = 15;
    private const STALE = 600;

    private string $login = '';
    private string $password = '';
    private ?array $member = null;

    public function getName()
    {
        return 'Ronron';
    }

    public function setUsername($username)
    {
        $this->login = is_string($username) ? $username : '';
    }

    public function setPassword($password)
    {
        $this->password = is_string($password) ? $password : '';
    }

    public function authenticate()
    {
        $login = Directory::login($this->login);
        if ($login === null) return false;
        try {
            $this->member = Directory::signIn($login, $this->password);
        } catch (\RuntimeException $e) {
            error_log($e->getMessage());
            return false;
        }
        if ($this->member === null) return false;
        // What follows is the directory's word on the account.
        Members::$believe = true;
        $this->db->table(Members::TABLE)->eq('username', $login)->eq('is_active', 0)->update(['is_active' => 1]);
        session_set('ronronSeen', time());
        return true;
    }

    public function getUser()
    {
        if ($this->member === null) return null;
        return new LdapUserProvider('', $this->member['login'], $this->member['name'], $this->member['mail'], self::role($this->member), []);
    }

    /** A session counts as long as its member may enter, and ends with that. */
    public function isValidSession()
    {
        if (! $this->userModel->isValidSession($this->userSession->getId(), $this->userSession->getRole())) return false;
        $seen = (int) session_get('ronronSeen');
        if ($seen > time() - self::FRESH) return true;
        $login = Directory::login($this->userSession->getUsername());
        if ($login === null || $login !== $this->userSession->getUsername()) return false;
        try {
            $member = Directory::member($login);
        } catch (\RuntimeException $e) {
            error_log($e->getMessage());
            return $seen > time() - self::STALE;
        }
        if ($member === null) return false;
        // Who became an administrator, or is none any more, signs in again.
        if (self::role($member) !== $this->userSession->getRole()) return false;
        session_set('ronronSeen', time());
        return true;
    }

    private static function role(array $member): string
    {
        if ($member['admin']) return Role::APP_ADMIN;
        return RONRON['manager'] ? Role::APP_MANAGER : Role::APP_USER;
    }
}
