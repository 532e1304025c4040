<?php

namespace Kanboard\Plugin\Ronron;

use Kanboard\Auth\TotpAuth;
use Kanboard\Core\Plugin\Base;
use Kanboard\Core\Security\AuthenticationManager;
use Kanboard\Event\AuthFailureEvent;
use Kanboard\Model\UserNotificationTypeModel;
use Kanboard\Notification\WebNotification;

/** The accounts of the chaton, and no request to anybody else. */
class Plugin extends Base
{
    // A role that nobody has.
    private const NOBODY = 'ronron-nobody';

    // Accounts and passwords of Kanboard's own, its programming interface, plugins
    // and the database from a browser, and addresses that go on working for who has left.
    private const SHUT = [
        'UserCreationController' => ['*'],
        'UserImportController' => ['*'],
        'UserInviteController' => ['*', 'show', 'save', 'signup', 'register'],
        'UserCredentialController' => ['*', 'changePassword', 'savePassword', 'changeAuthentication', 'saveAuthentication'],
        'PasswordResetController' => ['*'],
        'UserApiAccessController' => ['*'],
        'OAuthController' => ['*'],
        'PluginController' => ['*'],
        'CronjobController' => ['*', 'run'],
        'ConfigController' => ['email', 'webhook', 'api', 'token', 'integrations', 'downloadDb', 'uploadDb', 'saveUploadedDb'],
        'UserViewController' => ['share', 'external', 'integrations', 'sessions', 'removeSession', 'passwordReset'],
        'ICalendarController' => ['*', 'user'],
        'FeedController' => ['*', 'user'],
    ];

    public function initialize()
    {
        $this->authenticationManager->reset();
        $this->authenticationManager->register(new TotpAuth($this->container));
        $this->authenticationManager->register(new SignIn($this->container));
        foreach (['userModel' => Members::class, 'configModel' => Settings::class, 'lastLoginModel' => Logins::class,
            'captchaModel' => Tries::class, 'httpClient' => Quiet::class] as $name => $class) {
            $this->container[$name] = fn ($container) => new $class($container);
        }
        $this->shut();
        $this->failures();
        $this->emailClient->setTransport('none', NoMail::class);
        if (! RONRON['mail']) {
            $this->container['userNotificationTypeModel'] = function ($container) {
                $types = new UserNotificationTypeModel($container);
                return $types->setType(WebNotification::TYPE, t('Web'), '\Kanboard\Notification\WebNotification');
            };
        }
        // Kanboard shows pictures of anywhere, which tells others who reads what.
        $this->setContentSecurityPolicy([
            'default-src' => "'self'", 'style-src' => "'self' 'unsafe-inline'", 'img-src' => "'self' data:", 'object-src' => "'none'",
            'base-uri' => "'self'", 'form-action' => "'self'", 'frame-ancestors' => "'none'",
        ]);
    }

    private function shut(): void
    {
        foreach (self::SHUT as $controller => $actions) {
            $this->applicationAccessMap->add($controller, $actions, self::NOBODY);
        }
        $public = ['BoardViewController' => 'readonly', 'TaskViewController' => 'readonly', 'ICalendarController' => 'project', 'FeedController' => 'project'];
        foreach ($public as $controller => $action) {
            if (! RONRON['share']) $this->applicationAccessMap->add($controller, $action, self::NOBODY);
            elseif ($action === 'project') $this->applicationAccessMap->add($controller, $action, \Kanboard\Core\Security\Role::APP_PUBLIC);
        }
        if (! RONRON['share']) $this->projectAccessMap->add('ProjectViewController', ['share', 'updateSharing'], self::NOBODY);
    }

    /** Kanboard writes who failed to sign in, and from where, into the server's log. This counts, and writes nothing. */
    private function failures(): void
    {
        foreach ($this->dispatcher->getListeners(AuthenticationManager::EVENT_FAILURE) as $listener) {
            $this->dispatcher->removeListener(AuthenticationManager::EVENT_FAILURE, $listener);
        }
        $this->dispatcher->addListener(AuthenticationManager::EVENT_FAILURE, function (AuthFailureEvent $event) {
            $this->captchaModel->incrementFailedLogin($this->request->getIpAddress());
            $login = Directory::login((string) $event->getUsername());
            if ($login === null) return;
            $this->userLockingModel->incrementFailedLogin($login);
            if ($this->userLockingModel->getFailedLogin($login) > BRUTEFORCE_LOCKDOWN) {
                $this->userLockingModel->lock($login, BRUTEFORCE_LOCKDOWN_DURATION);
            }
        });
    }

    public function getPluginName()
    {
        return 'Ronron';
    }

    public function getPluginDescription()
    {
        return 'The accounts of the chaton.';
    }

    public function getPluginAuthor()
    {
        return 'Ronron';
    }

    public function getPluginVersion()
    {
        return '1';
    }
}
