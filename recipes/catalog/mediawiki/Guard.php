<?php
// MediaWiki's accounts are the members of the directory, and no others: who
// signs in is asked there, who is signed in is asked again every few seconds, and
// rights are what the directory says now.

use MediaWiki\Auth\AbstractPasswordPrimaryAuthenticationProvider;
use MediaWiki\Auth\AuthenticationRequest;
use MediaWiki\Auth\AuthenticationResponse;
use MediaWiki\Auth\PasswordAuthenticationRequest;
use MediaWiki\User\UserIdentity;
use MediaWiki\User\UserRigorOptions;

require_once __DIR__ . '/Directory.php';

/** Names here begin with a capital and have spaces for _, logins do not. */
final class RonronNames
{
    public static function ofLogin(string $login): string
    {
        return ucfirst(strtr($login, '_', ' '));
    }

    /** The login of an account, or null for accounts of the software itself. */
    public static function login(string $name): ?string
    {
        $login = RonronDirectory::login(strtr($name, ' ', '_'));
        return $login !== null && self::ofLogin($login) === $name ? $login : null;
    }
}

class RonronProvider extends AbstractPasswordPrimaryAuthenticationProvider
{
    public function beginPrimaryAuthentication(array $reqs)
    {
        $req = AuthenticationRequest::getRequestByClass($reqs, PasswordAuthenticationRequest::class);
        if (!$req || $req->username === null || $req->password === null) return AuthenticationResponse::newAbstain();
        $login = RonronDirectory::login(strtr($req->username, ' ', '_'));
        $name = $login === null ? false
            : $this->userNameUtils->getCanonical(RonronNames::ofLogin($login), UserRigorOptions::RIGOR_USABLE);
        if ($name === false || RonronNames::login($name) !== $login) return $this->failResponse($req);
        try {
            $member = RonronDirectory::signIn($login, $req->password);
        } catch (RuntimeException $e) {
            error_log($e->getMessage());
            return AuthenticationResponse::newFail(wfMessage('externaldberror'));
        }
        return $member === null ? $this->failResponse($req) : AuthenticationResponse::newPass($name);
    }

    public function testUserExists($username, $flags = 0)
    {
        $login = RonronNames::login((string) $username);
        return $login !== null && RonronDirectory::member($login) !== null;
    }

    public function testUserCanAuthenticate($username)
    {
        return $this->testUserExists($username);
    }

    // Names, addresses and passwords are changed on the portal.
    public function providerAllowsPropertyChange($property)
    {
        return false;
    }

    public function providerAllowsAuthenticationDataChange(AuthenticationRequest $req, $checkData = true)
    {
        return StatusValue::newFatal('authmanager-change-not-supported');
    }

    public function providerChangeAuthenticationData(AuthenticationRequest $req)
    {
    }

    public function getAuthenticationRequests($action, array $options)
    {
        return $action === MediaWiki\Auth\AuthManager::ACTION_LOGIN ? parent::getAuthenticationRequests($action, $options) : [];
    }

    public function accountCreationType()
    {
        return self::TYPE_NONE;
    }

    public function beginPrimaryAccountCreation($user, $creator, array $reqs)
    {
        throw new BadMethodCallException('Accounts are made in the directory.');
    }
}

final class RonronGuard
{
    /** A session counts as long as its member may enter. */
    public static function onSessionCheckInfo(&$reason, $info, $request, $metadata, $data): bool
    {
        $user = $info->getUserInfo();
        if ($user === null || $user->isAnon()) return true;
        $login = RonronNames::login((string) $user->getName());
        if ($login !== null && RonronDirectory::member($login) !== null) return true;
        $reason = 'not a member who may enter';
        return false;
    }

    /** Who is administrator is what the directory says now, not what is stored. */
    public static function onUserEffectiveGroups($user, &$groups): bool
    {
        $groups = array_diff($groups, ['sysop', 'bureaucrat', 'interface-admin', 'suppress', 'bot']);
        $login = $user instanceof UserIdentity && $user->isRegistered() ? RonronNames::login($user->getName()) : null;
        if ($login !== null && (RonronDirectory::member($login)['admin'] ?? false)) $groups[] = 'sysop';
        $groups = array_values($groups);
        return true;
    }
}
